// Four charts over the run's clock. The first three have a line for each VM that is on the charts.
import * as format from './format.js';

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const colours = 8;
export const colour = place => css(`--c${place % colours}`);

/** A chart with a tip that says what is under the pointer. */
class Chart {
  #plot = null;
  #shape = '';
  #tip = document.createElement('div');

  constructor(id, { value, log = false, max }) {
    this.element = document.getElementById(id);
    this.value = value;
    this.log = log;
    this.max = max;
    this.#tip.className = 'tip';
    this.#tip.hidden = true;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.element);
  }

  /** Draws lines: each has a name, a colour and may be dashed. The plot is made anew only when lines come or go. */
  draw(seconds, lines, warmupSeconds) {
    const shape = JSON.stringify([lines.map(line => [line.name, line.colour, line.dash]), css('--ink')]);
    const data = [seconds, ...lines.map(line => line.values)];
    this.lines = lines;
    if (shape === this.#shape && this.#plot) {
      this.#plot.setData(data);
      return;
    }
    this.#shape = shape;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(lines, warmupSeconds), data, this.element);
    this.#plot.over.append(this.#tip);
  }

  #size() {
    return { width: Math.max(100, this.element.clientWidth), height: this.element.clientHeight };
  }

  #options(lines, warmupSeconds) {
    const axis = { stroke: css('--quiet'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    return {
      ...this.#size(),
      padding: [8, 8, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      legend: { show: false },
      scales: {
        x: { time: false },
        y: this.log ? { distr: 3 } : { range: (_, least, most) => [0, this.max ?? Math.max(most * 1.08, 1e-9)] },
      },
      axes: [
        { ...axis, size: 30, values: (_, ticks) => ticks.map(tick => `${+tick.toFixed(6)} s`) },
        { ...axis, size: 64, values: (_, ticks) => ticks.map(tick => tick === null ? '' : this.value(tick)) },
      ],
      series: [{}, ...lines.map(line => ({
        label: line.name, stroke: line.colour, width: 1.6, dash: line.dash ? [5, 4] : undefined, points: { show: false }, spanGaps: false,
      }))],
      hooks: {
        drawClear: [plot => shadeWarmup(plot, warmupSeconds)],
        setCursor: [plot => this.#point(plot)],
      },
    };
  }

  #point(plot) {
    const at = plot.cursor.idx;
    this.#tip.hidden = at === null || at === undefined || plot.cursor.left < 0;
    if (this.#tip.hidden) {
      return;
    }
    const rows = this.lines.map(line => ({ line, value: line.values[at] })).filter(row => row.value !== null && row.value !== undefined);
    rows.sort((a, b) => b.value - a.value);
    this.#tip.replaceChildren(row(`${plot.data[0][at].toFixed(3)} s`, ''), ...rows.slice(0, 12).map(({ line, value }) =>
      row(line.name + (line.dash ? ' (planned)' : ''), this.value(value), line.colour)));
    const flip = plot.cursor.left > plot.over.clientWidth / 2;
    this.#tip.style.left = flip ? '' : `${plot.cursor.left + 14}px`;
    this.#tip.style.right = flip ? `${plot.over.clientWidth - plot.cursor.left + 14}px` : '';
    this.#tip.style.top = '6px';
  }
}

const row = (name, value, swatch) => {
  const line = document.createElement('div');
  const left = document.createElement('span');
  if (swatch) {
    const mark = document.createElement('i');
    mark.className = 'swatch';
    mark.style.background = mark.style.borderColor = swatch;
    left.append(mark);
  }
  left.append(name);
  const right = document.createElement('span');
  right.textContent = value;
  line.append(left, right);
  return line;
};

const shadeWarmup = (plot, warmupSeconds) => {
  const right = plot.valToPos(Math.min(warmupSeconds, plot.scales.x.max ?? 0), 'x', true);
  if (warmupSeconds > 0 && right > plot.bbox.left) {
    plot.ctx.save();
    plot.ctx.fillStyle = css('--fill');
    plot.ctx.fillRect(plot.bbox.left, plot.bbox.top, right - plot.bbox.left, plot.bbox.height);
    plot.ctx.restore();
  }
};

/** The four charts of the page. */
export class Charts {
  #share = new Chart('chart-share', { value: format.fine });
  #latency = new Chart('chart-latency', { value: format.duration, log: true });
  #bandwidth = new Chart('chart-bandwidth', { value: format.bandwidth });
  #use = new Chart('chart-use', { value: format.share, max: 1.02 });

  /** Draws the series of the VMs that are on the charts; `places` has the colour of each. */
  draw(series, places, warmupSeconds) {
    const lines = (pick, dash) => series.vms
      .map(vm => ({ name: vm.name, colour: colour(places.get(vm.name) ?? 0), dash, values: pick(vm) }))
      .filter(line => line.values.some(value => value !== null));
    const latency = lines(vm => vm.p99_ns);
    this.#share.draw(series.seconds, [...lines(vm => vm.share), ...lines(vm => vm.planned, true)], warmupSeconds);
    this.#latency.draw(series.seconds, latency, warmupSeconds);
    this.#bandwidth.draw(series.seconds, lines(vm => vm.bandwidth).filter(line => line.values.some(value => value > 0)), warmupSeconds);
    const use = [['cores', 'cpu', 0], ['memory bus', 'bus', 1], ['NVM', 'nvm', 5]];
    this.#use.draw(series.seconds, use.map(([name, key, place]) => ({ name, colour: colour(place), values: series[key] })), warmupSeconds);
    document.getElementById('use-legend').replaceChildren(...use.flatMap(([name, , place]) => {
      const mark = document.createElement('i');
      mark.className = 'swatch';
      mark.style.background = mark.style.borderColor = colour(place);
      return [mark, `${name}  `];
    }));
  }
}
