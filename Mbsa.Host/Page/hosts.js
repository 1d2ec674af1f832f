// The hosts of a run on several: a row each, and a line about what happened between them.
import * as format from './format.js';
import { put } from './dom.js';

const uses = ['cpu', 'bus', 'nvm'];

export class HostTable {
  #body = document.querySelector('#hosts tbody');
  #rows = [];

  constructor(hosts) {
    this.#rows = hosts.map(host => this.#row(host));
    this.#body.append(...this.#rows);
    document.getElementById('hosts-card').hidden = false;
    document.getElementById('hosts-count').textContent = hosts.length;
  }

  /** Shows the hosts as they stand, in the scenario's order: objects with `state`, `cpu`, `bus`, `nvm`, `vms` and `allocated`, which may be null. */
  show(hosts) {
    hosts.forEach((host, i) => {
      const cells = this.#rows[i].cells;
      put(cells[1], host.state);
      cells[1].classList.toggle('bad', host.state !== 'up');
      uses.forEach((key, place) => {
        const [bar, text] = cells[2 + place].children;
        bar.firstChild.style.width = `${100 * host[key]}%`;
        put(text, format.share(host[key]));
      });
      put(cells[5], host.allocated === null ? '–' : format.bytes(host.allocated));
      put(cells[6], host.vms);
    });
  }

  /** Shows what happened between them. */
  tell({ done, cancelled, underWay, bytes, downtimeNs, losses }) {
    const parts = [`${done} migration${done === 1 ? '' : 's'} done`, ...cancelled ? [`${cancelled} cancelled`] : [], ...underWay ? [`${underWay} under way`] : []];
    if (bytes > 0) {
      parts.push(`${format.bytes(bytes)} sent`);
    }
    if (done > 0) {
      parts.push(`downtime ${format.duration(downtimeNs / done)} on average`);
    }
    put(document.getElementById('between'), [parts.join(', '), ...losses ? [`hosts lost: ${losses}`] : []].join('  ·  '));
  }

  #row(host) {
    const row = document.createElement('tr');
    row.dataset.host = host.name;
    const bar = '<td><span class="share" aria-hidden="true"><i></i></span><span></span></td>';
    row.innerHTML = `<td></td><td class="wide"></td>${bar.repeat(3)}<td class="wide"></td><td></td>`;
    row.cells[0].textContent = host.name;
    row.cells[0].title = `${host.machine}, ${host.cores} cores, ${format.bytes(host.nvm_size_bytes)} of NVM, policy ${host.policy}, quantum ${host.quantum}`;
    return row;
  }
}
