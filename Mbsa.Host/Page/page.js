// Puts the page together: the scenario once, a frame twice a second, series, journal and wear when there is more of them.
import * as format from './format.js';
import { Charts, colours } from './charts.js';
import { HostTable } from './hosts.js';
import { VmTable } from './table.js';
import { WearPicture } from './wear.js';

const ON_CHARTS_AT_FIRST = 6;
const $ = id => document.getElementById(id);
const get = async path => (await fetch(path)).json();

const scenario = await get('/api/scenario');
const chosen = new Map(); // name of a VM on the charts -> place of its colour
const charts = new Charts();
const hosts = scenario.hosts && new HostTable(scenario.hosts);
const table = new VmTable(chosen, toggle, hosts !== null);
const wear = new WearPicture(scenario.hosts ?? [{ nvm_size_bytes: scenario.nvm_size_bytes }], scenario.endurance_writes);
let series = null;
let events = 0;
let frame = null;
let ended = false;
let asking = false;

showScenario();
setTheme(localStorage.getItem('theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
$('theme').addEventListener('click', turnTheme);
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) {
    if (event.key === 'Escape' && event.target === $('search')) {
      event.target.value = '';
      event.target.dispatchEvent(new Event('input'));
      event.target.blur();
    }
    return;
  }
  if (event.key === '/') {
    event.preventDefault();
    $('search').focus();
  } else if (event.key === 't') {
    turnTheme();
  }
});
const live = new EventSource('/api/live');
live.addEventListener('message', event => show(JSON.parse(event.data)));
live.addEventListener('error', () => state('no connection', 'bad'));
setInterval(() => document.hidden || ended || showWear(), 2000);
showWear();

function showScenario() {
  document.title = `${scenario.name} · Mbsa`;
  $('name').textContent = scenario.name;
  $('description').textContent = scenario.description;
  $('facts').textContent = [
    `policy ${scenario.policy}`, `${scenario.vms.length} VMs on ${scenario.hosts ? `${scenario.hosts.length} hosts with ` : ''}${scenario.cores} cores`, `machine ${scenario.machine}`,
    `${format.bytes(scenario.nvm_size_bytes)} of NVM (${scenario.device})`, `quantum ${scenario.quantum}`, `seed ${scenario.seed}`,
  ].join('  ·  ');
  $('facts').title = scenario.policy_description;
  if (hosts) {
    $('use-head').textContent = 'Use of all hosts';
  }
}

function show(next) {
  frame = next;
  const warmingUp = !frame.measuring && !frame.ended;
  state(frame.ended ? 'ended' : warmingUp ? 'warming up' : 'running', frame.ended ? '' : 'live');
  const done = Math.min(100, 100 * frame.clock_ns / frame.end_ns);
  $('progress').firstChild.style.width = `${frame.ended ? 100 : done}%`;
  $('progress').setAttribute('aria-valuenow', Math.round(frame.ended ? 100 : done));
  const fast = scenario.clock === 'virtual' && frame.elapsed_seconds > 0 ? `, ${format.speed(frame.clock_ns / 1e9 / frame.elapsed_seconds)} real time` : '';
  $('clock').textContent = `${scenario.clock} ${format.duration(frame.clock_ns)} of ${format.length(frame.end_ns)}${fast}`;
  if (!ended) {
    showNow(frame.use, frame.vms.iops.reduce((a, b) => a + b, 0), frame.vms.bandwidth.reduce((a, b) => a + b, 0), frame.jain);
    showHosts(frame.cluster);
    showVms(scenario.vms.map((vm, i) => Object.fromEntries([['name', vm.name], ['place', i], ['host', hostOf(i)], ...Object.keys(frame.vms).map(key => [key, frame.vms[key][i]])])));
  }
  if (frame.ended && !ended) {
    ended = true;
    showReport();
    showWear();
  }
  showSeries();
  showEvents();
}

function showNow(use, iops, bandwidth, jain) {
  for (const key of ['cpu', 'bus', 'nvm']) {
    $(key).textContent = format.share(use[key]);
    $(`${key}-bar`).style.width = `${100 * use[key]}%`;
  }
  $('iops').textContent = format.rate(iops);
  $('bandwidth').textContent = format.bandwidth(bandwidth);
  $('jain').textContent = jain === null ? '–' : jain.toFixed(4);
}

function hostOf(vm) {
  const host = frame.cluster?.host_of_vm[vm] ?? null;
  return host === null ? null : scenario.hosts[host].name;
}

function showHosts(cluster) {
  if (cluster) {
    hosts.show(cluster.state.map((state, i) => ({
      state, cpu: cluster.cpu[i], bus: cluster.bus[i], nvm: cluster.nvm[i], allocated: cluster.allocated_bytes[i], vms: cluster.vms[i],
    })));
    hosts.tell({
      done: cluster.migrations_done, cancelled: cluster.migrations_cancelled, underWay: cluster.migrations_under_way,
      bytes: cluster.migrated_bytes, downtimeNs: cluster.downtime_ns, losses: cluster.host_losses,
    });
  }
}

function showVms(vms) {
  if (chosen.size === 0 && vms.some(vm => vm.share > 0)) {
    [...vms].sort((a, b) => b.share - a.share || a.place - b.place).slice(0, ON_CHARTS_AT_FIRST).forEach((vm, i) => chosen.set(vm.name, i));
    series = null;
  }
  table.show(vms);
}

// After the run the page shows what the report says: the measured part, not the last moment.
async function showReport() {
  const report = await get('/api/report');
  const sum = key => report.vms.reduce((all, vm) => all + vm[key], 0);
  showNow(report.host.utilisation, sum('iops'), sum('bandwidth_bytes_per_second'), report.fairness.jain);
  if (hosts) {
    showHosts(frame.cluster);
    hosts.show(report.hosts.map((host, i) => ({ ...host.utilisation, state: host.state, vms: host.vms, allocated: frame.cluster?.allocated_bytes[i] ?? null })));
  }
  showVms(report.vms.map((vm, i) => ({
    name: vm.name, host: vm.host ?? null, place: i, state: vm.state, iops: vm.iops, bandwidth: vm.bandwidth_bytes_per_second, share: vm.qos.achieved_share,
    planned: vm.qos.planned_share, waiting: report.duration_ns > 0 ? vm.waiting_seconds * 1e9 / report.duration_ns / vm.vcpus : 0,
    read: vm.read.latency_ns, write: vm.write.latency_ns,
  })));
  showSeries();
  const held = report.expectations.filter(expectation => expectation.held).length;
  $('result-head').textContent = report.expectations.length === 0 ? `Result: ${format.length(report.duration_ns)} measured`
    : `Result: ${format.length(report.duration_ns)} measured, ${held} of ${report.expectations.length} expectations held`;
  $('expectations').replaceChildren(...report.expectations.map(expectation =>
    item(`${expectation.text}  (${expectation.value === null ? '' : 'measured '}${expectation.measured})`, expectation.held ? '' : 'failed')));
  $('problems').replaceChildren(...report.problems.map(problem => item(problem, 'problem')), ...report.warnings.map(warning => item(`warning: ${warning}`, 'problem')));
  $('result').hidden = false;
  $('report').hidden = false;
  if (report.expectations.length > held) {
    state('ended, expectations failed', 'bad');
  } else {
    state(report.interrupted ? 'interrupted' : 'ended', '');
  }
}

async function showSeries() {
  if (asking || chosen.size === 0 || (series && series.seconds.length >= frame.points)) {
    return;
  }
  asking = true;
  try {
    const names = [...chosen.keys()];
    const query = new URLSearchParams([['from', series ? series.seconds.length : 0], ...names.map(name => ['vm', name])]);
    const before = series;
    const more = await get(`/api/series?${query}`);
    if (before !== series || names.join() !== [...chosen.keys()].join()) {
      return; // others were chosen meanwhile: the next frame asks again
    }
    series = series ? append(series, more) : more;
    draw();
  } finally {
    asking = false;
  }
}

function append(all, more) {
  const joined = key => [...all[key], ...more[key]];
  return {
    seconds: joined('seconds'), cpu: joined('cpu'), bus: joined('bus'), nvm: joined('nvm'),
    vms: all.vms.map((vm, i) => Object.fromEntries(Object.keys(vm).map(key => [key, key === 'name' ? vm.name : [...vm[key], ...more.vms[i][key]]]))),
  };
}

function draw() {
  if (series) {
    charts.draw(series, chosen, scenario.warmup_ns / 1e9);
  }
}

function toggle(name) {
  if (chosen.has(name)) {
    chosen.delete(name);
  } else {
    const taken = new Set(chosen.values());
    let place = 0;
    while (taken.has(place) && place < colours) {
      place++;
    }
    chosen.set(name, place < colours ? place : chosen.size % colours);
  }
  series = null;
  showSeries();
}

async function showEvents() {
  if (frame.next_event <= events) {
    return;
  }
  const from = events;
  events = frame.next_event;
  for (const entry of await get(`/api/events?from=${from}`)) {
    const line = document.createElement('li');
    const time = document.createElement('time');
    time.textContent = entry.clock_ns === 0 ? '0 s' : format.duration(entry.clock_ns);
    const text = document.createElement('span');
    text.textContent = entry.text;
    text.className = entry.kind;
    line.append(time, text);
    $('events').prepend(line);
  }
}

async function showWear() {
  const seen = await get('/api/wear');
  $('wear-card').hidden = hosts !== null && seen.worst.length === 0; // hosts on other nodes keep their devices to themselves
  wear.show(seen);
}

function item(text, className) {
  const line = document.createElement('li');
  line.textContent = text;
  line.className = className;
  return line;
}

function state(text, className) {
  $('state').textContent = text;
  $('state').className = `pill ${className}`;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  draw();
  wear.draw();
}

function turnTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', theme);
  setTheme(theme);
  if (frame && !ended) {
    show(frame);
  }
}
