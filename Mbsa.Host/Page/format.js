// Numbers for people, as the program's tables write them: three significant digits and a unit.

const digits = (value, whole) => {
  const size = Math.abs(value);
  return value.toFixed(whole || size >= 99.95 || value === 0 ? 0 : size >= 9.995 ? 1 : 2);
};

const scaled = (value, unit) => {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P'];
  let prefix = 0;
  while (prefix < prefixes.length - 1 && Math.abs(value) >= 999.5) {
    value /= 1000;
    prefix++;
  }
  return `${digits(value, prefix === 0 && Math.abs(value) >= 10)} ${prefixes[prefix]}${unit}`.trimEnd();
};

/** "305 k" per second. */
export const rate = value => scaled(value, '');
/** "1.24 GB/s". */
export const bandwidth = value => scaled(value, 'B/s');
/** "61.2 M" of things counted. */
export const count = value => Math.abs(value) < 1000 ? String(Math.round(value)) : scaled(value, '');
/** "12.4 %" of a fraction. */
export const share = value => `${(value * 100).toFixed(value > 0 && value < 0.9995 ? 1 : 0)} %`;
/** "0.10 %", a share with two digits however small: for an axis. */
export const fine = value => value >= 0.0995 || value === 0 ? share(value) : `${(value * 100).toPrecision(2)} %`;
/** "0.012 %" of a fraction that may be very small. */
export const small = value => value >= 1e-3 ? share(value) : value === 0 ? '0 %' : value < 1e-5 ? '< 0.001 %' : `${(value * 100).toPrecision(2)} %`;
const times = [[1, 'ns'], [1e3, 'us'], [1e6, 'ms'], [1e9, 's']];
const timeOf = ns => {
  let unit = 0;
  while (unit < times.length - 1 && Math.abs(ns) >= 999.5 * times[unit][0]) {
    unit++;
  }
  return [...times[unit], unit === 0];
};
/** "12.4 us" of nanoseconds. */
export const duration = ns => {
  const [size, unit, whole] = timeOf(ns);
  return `${digits(ns / size, whole)} ${unit}`;
};
/** "2.40/40.1 us": two durations in the unit of the larger one, or "24 ns/4.10 ms" when that would hide the smaller. */
export const pair = (first, second) => {
  const [size, unit, whole] = timeOf(Math.max(first, second));
  return Math.min(first, second) < 0.0995 * size && !whole
    ? `${duration(first)}/${duration(second)}`
    : `${digits(first / size, whole)}/${digits(second / size, whole)} ${unit}`;
};
/** "2.2 s" of nanoseconds that somebody chose. */
export const length = ns => {
  const units = [[1e9, 's'], [1e6, 'ms'], [1e3, 'us'], [1, 'ns']];
  const [size, unit] = units.find(([least]) => ns >= least) ?? units[3];
  return `${+(ns / size).toFixed(3)} ${unit}`;
};
/** "1.5 GiB" of bytes. */
export const bytes = value => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  while (unit < units.length - 1 && value >= 1024) {
    value /= 1024;
    unit++;
  }
  return `${+value.toFixed(2)} ${units[unit]}`;
};
/** "3.1x", how fast the run's clock goes. */
export const speed = ratio => `${ratio.toFixed(ratio < 0.095 ? 3 : ratio < 9.95 ? 1 : 0)}x`;
