"""The status site: pages, API, feeds, calendars and badges, all from one snapshot."""
