// The NVM devices as a picture, one after the other: rows of cells from first block to last, the more written the darker.
import * as format from './format.js';

const ROWS = 8;

export class WearPicture {
  #canvas = document.getElementById('wear');
  #at = document.getElementById('wear-at');
  #heads = document.querySelector('#disks thead tr');
  #disks = document.querySelector('#disks tbody');
  #wear = null;

  /** Hosts are objects with `nvm_size_bytes` and, where there are several, `name`. */
  constructor(hosts, endurance) {
    this.hosts = hosts;
    this.endurance = endurance;
    new ResizeObserver(() => this.draw()).observe(this.#canvas);
    this.#canvas.addEventListener('pointermove', event => this.#point(event));
    this.#canvas.addEventListener('pointerleave', () => { this.#at.textContent = '\u00a0'; });
  }

  show(wear) {
    this.#wear = wear;
    this.draw();
    this.#heads.replaceChildren(...wear.heads.map(text => {
      const head = document.createElement('th');
      head.scope = 'col';
      head.textContent = text;
      return head;
    }));
    this.#disks.replaceChildren(...wear.disks.slice(0, 8).map(cells => {
      const row = document.createElement('tr');
      for (const text of cells) {
        row.insertCell().textContent = text;
      }
      return row;
    }));
    const max = Math.max(...wear.worst, 0);
    const life = this.endurance ? `, ${format.small(max / this.endurance)} of a block's life` : '';
    document.getElementById('wear-scale').textContent = max === 0 ? 'nothing written yet' : `darkest: ${format.count(max)} writes${life}`;
  }

  draw() {
    const wear = this.#wear;
    const { clientWidth, clientHeight } = this.#canvas;
    if (!wear || wear.worst.length === 0 || clientWidth === 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = clientWidth * ratio;
    this.#canvas.height = clientHeight * ratio;
    const context = this.#canvas.getContext('2d');
    const style = getComputedStyle(document.documentElement);
    const [none, full] = ['--wear-0', '--wear-1'].map(name => style.getPropertyValue(name).trim().split(' ').map(Number));
    const across = Math.ceil(wear.worst.length / ROWS);
    const [width, height] = [this.#canvas.width / across, this.#canvas.height / ROWS];
    const max = Math.max(...wear.worst, 1);
    wear.worst.forEach((worst, cell) => {
      const [x, y] = [(cell % across) * width, Math.floor(cell / across) * height];
      const owner = wear.owners[cell];
      // The square root lets what is written little be told from what is not written.
      const depth = owner === -1 ? 0 : 0.06 + 0.94 * Math.sqrt(worst / max);
      context.fillStyle = owner === -2 ? style.getPropertyValue('--quiet') : `rgb(${none.map((part, i) => Math.round(part + depth * (full[i] - part))).join(' ')})`;
      context.fillRect(x, y, Math.ceil(width), Math.ceil(height) - ratio);
      if (owner !== (wear.owners[cell - 1] ?? owner)) {
        context.fillStyle = style.getPropertyValue('--card');
        context.fillRect(x, y, 1.5 * ratio, height);
      }
    });
  }

  #point(event) {
    const wear = this.#wear;
    if (!wear || wear.worst.length === 0) {
      return;
    }
    const across = Math.ceil(wear.worst.length / ROWS);
    const box = this.#canvas.getBoundingClientRect();
    const cell = Math.floor((event.clientY - box.top) / box.height * ROWS) * across + Math.floor((event.clientX - box.left) / box.width * across);
    if (cell < 0 || cell >= wear.worst.length) {
      return;
    }
    const owner = wear.owners[cell];
    const whose = owner === -2 ? 'the device\'s own metadata' : owner === -1 ? 'free' : wear.vms[owner];
    this.#at.textContent = `at ${this.#where(cell)}: ${whose}${owner >= 0 ? `, most written block ${format.count(wear.worst[cell])} writes` : ''}`;
  }

  /** Place on the device that the cell is of, with its host's name where there are several. */
  #where(cell) {
    const { devices } = this.#wear;
    let host = 0;
    while (cell >= devices[host]) {
      cell -= devices[host++];
    }
    const { name, nvm_size_bytes: bytes } = this.hosts[host];
    return `${format.bytes(cell * bytes / devices[host])}${name ? ` of ${name}` : ''}`;
  }
}
