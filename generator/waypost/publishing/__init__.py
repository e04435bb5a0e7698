"""What the status site is: pages, API, feeds, calendar and badges, all from one snapshot."""
