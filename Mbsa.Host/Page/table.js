// The VMs: the first few by whatever column is chosen, all that a search finds, a row for all. Rows are used again from frame to frame.
import * as format from './format.js';
import { colour } from './charts.js';
import { put } from './dom.js';

const FEW = 16;
const columnsOf = severalHosts => [
  { key: 'name', head: 'VM', text: true },
  ...severalHosts ? [{ key: 'host', head: 'host', text: true, show: host => host }] : [],
  { key: 'state', head: 'state', text: true, className: 'wide' },
  { key: 'iops', head: 'IOPS', show: format.rate },
  { key: 'bandwidth', head: 'bandwidth', show: format.bandwidth },
  { key: 'share', head: 'share of the host' },
  { key: 'waiting', head: 'waiting', show: format.share, className: 'wide' },
  { key: 'read', head: 'read p50/p99', show: latency => format.pair(latency.p50, latency.p99) },
  { key: 'write', head: 'write p50/p99', show: latency => format.pair(latency.p50, latency.p99) },
];

export class VmTable {
  #body = document.querySelector('#vms tbody');
  #foot = document.querySelector('#vms tfoot');
  #heads = document.querySelector('#vms thead tr');
  #search = document.getElementById('search');
  #more = document.getElementById('more');
  #rows = new Map();
  #sort = { key: 'share', descending: true };
  #all = false;
  #vms = [];
  #columns;
  #places;

  /** `chosen` has the colour of each VM that is on the charts; `toggle` puts one there or takes it off. With several hosts each VM has one. */
  constructor(chosen, toggle, severalHosts) {
    this.#columns = columnsOf(severalHosts);
    this.#places = Object.fromEntries(this.#columns.map((column, place) => [column.key, place]));
    this.chosen = chosen;
    this.toggle = toggle;
    for (const column of this.#columns) {
      this.#heads.append(this.#head(column));
    }
    this.#search.addEventListener('input', () => this.#render());
    this.#more.addEventListener('click', () => {
      this.#all = !this.#all;
      this.#render();
    });
    this.#body.addEventListener('keydown', event => this.#onKey(event));
    this.#body.addEventListener('click', event => this.#pick(event.target.closest('tr')));
  }

  /** Shows the VMs as they stand: objects with the columns' keys, and `planned`. */
  show(vms) {
    this.#vms = vms;
    this.#render();
  }

  #head(column) {
    const head = document.createElement('th');
    head.scope = 'col';
    head.className = column.className ?? '';
    const button = document.createElement('button');
    button.textContent = column.head;
    button.addEventListener('click', () => {
      this.#sort = { key: column.key, descending: this.#sort.key === column.key ? !this.#sort.descending : !column.text };
      this.#render();
    });
    head.append(button);
    head.dataset.key = column.key;
    return head;
  }

  #render() {
    const wanted = this.#search.value.trim().toLowerCase();
    const found = this.#vms.filter(vm => vm.name.toLowerCase().includes(wanted) || vm.host?.toLowerCase() === wanted);
    const { key, descending } = this.#sort;
    const order = descending ? -1 : 1;
    found.sort((a, b) => order * compare(a[key], b[key]) || a.place - b.place);
    const shown = this.#all ? found : found.slice(0, FEW);
    this.#more.hidden = found.length <= FEW;
    this.#more.textContent = this.#all ? `Show the first ${FEW}` : `Show all ${found.length}`;
    document.getElementById('vms-count').textContent = wanted ? `${found.length} of ${this.#vms.length}` : this.#vms.length;
    for (const head of this.#heads.children) {
      if (head.dataset.key === key) {
        head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      } else {
        head.removeAttribute('aria-sort');
      }
    }
    const most = Math.max(...this.#vms.map(vm => Math.max(vm.share, vm.planned ?? 0)), 1e-9);
    const rows = shown.map(vm => this.#row(vm, most));
    const focused = document.activeElement;
    if (rows.length !== this.#body.children.length || rows.some((row, i) => this.#body.children[i] !== row)) {
      this.#body.replaceChildren(...rows);
      if (rows.includes(focused)) {
        focused.focus();
      }
    }
    // One row is on the way of the Tab key; from there the arrows go.
    const entry = rows.includes(focused) ? focused : rows[0];
    rows.forEach(row => { row.tabIndex = row === entry ? 0 : -1; });
    this.#total();
  }

  #row(vm, most) {
    let row = this.#rows.get(vm.name);
    if (!row) {
      row = document.createElement('tr');
      row.tabIndex = -1;
      row.dataset.vm = vm.name;
      row.innerHTML = this.#columns.map(column => `<td class="${column.className ?? ''}"></td>`).join('');
      row.children[0].innerHTML = '<i class="swatch"></i><span></span>';
      row.children[0].lastChild.textContent = vm.name;
      row.children[this.#places.share].innerHTML = '<span class="share" aria-hidden="true"><i></i><b></b></span><span></span>';
      this.#rows.set(vm.name, row);
    }
    const place = this.chosen.get(vm.name);
    const swatch = row.children[0].firstChild;
    swatch.style.background = swatch.style.borderColor = place === undefined ? '' : colour(place);
    row.setAttribute('aria-selected', place !== undefined);
    this.#columns.forEach((column, i) => {
      if (column.show) {
        put(row.children[i], vm[column.key] === null ? '–' : column.show(vm[column.key]));
      }
    });
    const state = row.children[this.#places.state];
    put(state, vm.state);
    state.classList.toggle('bad', vm.state === 'failed');
    state.classList.toggle('dim', vm.state !== 'running' && vm.state !== 'failed');
    const [bar, text] = row.children[this.#places.share].children;
    bar.children[0].style.width = `${100 * vm.share / most}%`;
    bar.children[1].style.left = `${100 * (vm.planned ?? 0) / most}%`;
    bar.children[1].hidden = vm.planned === null;
    bar.title = vm.planned === null ? '' : `planned ${format.share(vm.planned)}`;
    put(text, format.share(vm.share));
    return row;
  }

  #total() {
    const sum = key => this.#vms.reduce((all, vm) => all + (vm[key] ?? 0), 0);
    if (this.#foot.children.length === 0) {
      this.#foot.innerHTML = `<tr>${this.#columns.map(column => `<td class="${column.className ?? ''}"></td>`).join('')}</tr>`;
      put(this.#foot.rows[0].cells[0], 'all');
    }
    const cells = this.#foot.rows[0].cells;
    put(cells[this.#places.iops], format.rate(sum('iops')));
    put(cells[this.#places.bandwidth], format.bandwidth(sum('bandwidth')));
  }

  #onKey(event) {
    const row = event.target.closest('tr');
    const next = event.key === 'ArrowDown' ? row.nextElementSibling : event.key === 'ArrowUp' ? row.previousElementSibling : null;
    if (next) {
      event.preventDefault();
      row.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      this.#pick(row);
    }
  }

  #pick(row) {
    if (row) {
      this.toggle(row.dataset.vm);
      this.#render();
    }
  }
}

// Two digits are enough for an order: equal VMs stay where they are instead of changing places with every frame.
const rough = value => value === null ? -1 : Number((value.p99 ?? value).toPrecision(2));
const compare = (a, b) => typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b, 'en', { numeric: true })
  : typeof a === 'string' ? 1 : typeof b === 'string' ? -1 : rough(a) - rough(b);
