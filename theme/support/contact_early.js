// Before the contact page is painted: where the reader's clock shows what the office's does, this week and in the
// next one, no room is kept for a second line of hours. Everything live comes later, in contact.js.
{
  const { zone } = document.currentScript.dataset;
  const shown = (moment, timeZone) => new Date(moment).toLocaleString("en-US", { timeZone });
  const isSame = (moment) => shown(moment, zone) === shown(moment);
  const week = 7 * 24 * 60 * 60 * 1000;
  if (isSame(Date.now()) && isSame(Date.now() + week)) document.documentElement.dataset.wpSameClock = "";
}
