// Memory of each PE, and what the routers carry.
'use strict';

function memorySection() {
  const s = subject(), c = s.cores, element = section('memory', 'Memory of each PE', null, s.chips.length > 1);
  const order = [...c.used.keys()].sort((a, b) => c.used[b] / c.available[b] - c.used[a] / c.available[a] || a - b);
  if (!order.length) return element;
  const fullest = order[0];
  element.append(make('p', {class: 'muted'},
    `The fullest PE is ${peName(fullest)} of layer ${layerName(c.layer[fullest])}: ${count(c.used[fullest])} of ` +
    `${count(c.available[fullest])} B, ${percent(c.used[fullest], c.available[fullest])}. ` +
    'Recordings get what is left and are not counted.'));
  const rows = () => {
    const steps = order.map((core, rank) => [rank, ...c.uses.map(use => use[core])]);
    return [...steps, [order.length, ...steps[order.length - 1].slice(1)]]; // a step has an end
  };
  const colours = c.use_names.map((name, i) => colourOf(i)), limit = c.available[fullest];
  const chart = new Chart('Bytes of each PE by what they are for, the fullest first.', rows, ['PE', ...c.use_names], {
    stackedGraph: true, stepPlot: true, fillGraph: true, fillAlpha: 0.75, strokeWidth: 0.5, colors: colours,
    xlabel: 'PEs, the fullest first', ylabel: 'bytes', includeZero: true, valueRange: [0, limit * 1.04],
    highlightCircleSize: 0, labelsKMB: true,
    axes: {x: {axisLabelFormatter: x => Number.isInteger(x) ? count(x) : ''}, y: {axisLabelWidth: 55}},
    underlayCallback: (context, area, graph) => {
      const y = graph.toDomYCoord(limit);
      context.fillStyle = style('--bad');
      context.fillRect(area.x, y, area.w, 1.5);
    },
  }, row => {
    const core = order[Math.min(row, order.length - 1)];
    return `PE ${peName(core)}, layer ${layerName(c.layer[core])}: ${count(c.used[core])} B: ` +
      c.use_names.map((name, i) => [name, c.uses[i][core]]).filter(([, bytes]) => bytes)
        .map(([name, bytes]) => `${name} ${count(bytes)}`).join(', ');
  });
  element.append(chart.element,
    make('ul', {class: 'legend'}, legend([...c.use_names.map((name, i) => [colours[i], name]),
      [style('--bad'), `limit, ${count(limit)} B`]])),
    make('details', {toggle: event => { // made when it is opened: it is long
      if (event.target.children.length > 1) return;
      event.target.append(table('Memory of each PE', ['PE', 'layer', 'used', 'of limit', ...c.use_names, 'recording'],
        order.map(core => [peName(core), layerName(c.layer[core]), count(c.used[core]),
          percent(c.used[core], c.available[core]), ...c.uses.map(use => count(use[core])), count(c.record[core])])));
    }}, make('summary', {}, 'As a table')));
  return element;
}

//===----------------------------------------------------------------------===//

/** Each PE's cycles as they were planned and as a run measured them. */
function loadSection() {
  const s = subject(), c = s.cores, mean = measuredColumn('mean'), longest = measuredColumn('worst');
  const element = section('load', 'Cycles of each PE, planned and measured', null, true);
  const order = [...c.expected.keys()].sort((a, b) => c.expected[b] - c.expected[a] || a - b);
  if (!order.length) return element;
  const shares = order.map(core => mean[core] / Math.max(1, c.expected[core])).sort((a, b) => a - b);
  const busiest = order.reduce((best, core) => mean[core] > mean[best] ? core : best, order[0]);
  element.append(make('p', {class: 'muted'},
    `Planned at the rates that the network was compiled for. A PE measured ${brief(shares[shares.length >> 1])} times what was ` +
    `planned (median; from ${brief(shares[0])} to ${brief(shares[shares.length - 1])}). The busiest is ${peName(busiest)} of layer ` +
    `${layerName(c.layer[busiest])}: ${count(c.expected[busiest])} cycles of a tick planned, ${count(mean[busiest])} measured.`));
  const names = ['planned', 'measured, mean', 'measured, longest tick'], colours = [0, 1, 2].map(i => colourOf(i));
  const rows = order.map((core, rank) => [rank, c.expected[core], mean[core], longest[core]]);
  rows.push([order.length, ...rows[order.length - 1].slice(1)]); // a step has an end
  const most = Math.max(...rows.map(row => Math.max(row[1], row[2], row[3]))), budget = s.tick_cycles;
  const chart = new Chart('Cycles of a tick, the PE with most planned first.', rows, ['PE', ...names], {
    stepPlot: true, strokeWidth: 1.2, colors: colours, xlabel: 'PEs, most planned first', ylabel: 'cycles',
    includeZero: true, highlightCircleSize: 0, valueRange: [0, Math.max(1, most) * 1.05],
    axes: {x: {axisLabelFormatter: x => Number.isInteger(x) ? count(x) : ''},
           y: {axisLabelWidth: 65, axisLabelFormatter: y => count(y)}},
    underlayCallback: (context, area, graph) => {
      if (budget > most * 1.05) return;
      context.fillStyle = style('--bad');
      context.fillRect(area.x, graph.toDomYCoord(budget), area.w, 1.5);
    },
  }, row => {
    const core = order[Math.min(row, order.length - 1)];
    return `PE ${peName(core)}, layer ${layerName(c.layer[core])}: ${count(c.expected[core])} planned, ` +
      `${count(mean[core])} measured, longest tick ${count(longest[core])}, of ${count(budget)}`;
  });
  element.append(chart.element, make('ul', {class: 'legend'}, legend([...names.map((name, i) => [colours[i], name]),
    ...(budget > most * 1.05 ? [] : [[style('--bad'), `limit, ${count(budget)}`]])])));
  return element;
}

//===----------------------------------------------------------------------===//

const kLinks = [['E', 1, 0], ['NE', 1, 1], ['N', 0, 1], ['W', -1, 0], ['SW', -1, -1], ['S', 0, -1]];

class LinkMap {
  /** links: [chip, link, packets]. */
  constructor(links) {
    this.links = links;
    this.canvas = make('canvas', {class: 'plan', role: 'img',
      'aria-label': 'Links between chips, coloured by what they carry; the table below has the busiest.'});
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }
  draw() {
    const s = subject(), xs = s.chips.map(c => c[0]), ys = s.chips.map(c => c[1]);
    const west = Math.min(...xs), north = Math.max(...ys);
    const columns = Math.max(...xs) - west + 1, rows = north - Math.min(...ys) + 1;
    const width = this.canvas.clientWidth || 300, unit = Math.min(width / (columns + 0.4), 110);
    const context = sized(this.canvas, width, Math.ceil((rows + 0.4) * unit));
    const place = chip => [(s.chips[chip][0] - west + 0.7) * unit, (north - s.chips[chip][1] + 0.7) * unit];
    const most = Math.max(1, ...this.links.map(l => l[2])), thick = Math.max(1.5, unit * 0.06);
    context.lineWidth = thick;
    for (const [chip, link, packets] of this.links) {
      const [, dx, dy] = kLinks[link], [x, y] = place(chip), length = Math.hypot(dx, dy);
      // Half a link each way, both beside its middle; around the edge it goes half way.
      const aside = thick * 0.65, ox = dy / length * aside, oy = dx / length * aside;
      context.strokeStyle = ramp(packets / most);
      context.beginPath();
      context.moveTo(x + ox + dx * unit * 0.16, y + oy - dy * unit * 0.16);
      context.lineTo(x + ox + dx * unit * 0.84, y + oy - dy * unit * 0.84);
      context.stroke();
    }
    const size = unit * 0.3, entries = s.routes.entries || [];
    context.font = `${Math.max(8, Math.round(unit * 0.13))}px sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    s.chips.forEach((at, chip) => {
      const [x, y] = place(chip);
      context.fillStyle = entries[chip] ? style('--panel') : style('--back');
      context.strokeStyle = style('--muted');
      context.lineWidth = 1;
      context.fillRect(x - size / 2, y - size / 2, size, size);
      context.strokeRect(x - size / 2, y - size / 2, size, size);
      context.fillStyle = style('--front');
      if (unit > 40) context.fillText(`${at[0]}.${at[1]}`, x, y);
    });
  }
}

function linkTable(links, limit, what) {
  const s = subject();
  const rows = [...links].sort((a, b) => b[2] - a[2]).slice(0, 20).map(([chip, link, packets, inTick]) =>
    [`chip ${s.chips[chip][0]}.${s.chips[chip][1]}`, kLinks[link][0], count(packets),
     ...(inTick === undefined ? [] : [count(inTick), limit ? percent(inTick, limit) : '-'])]);
  const head = ['from', 'link', what, ...(links.length && links[0].length > 3 ? ['most in a tick', 'of its bandwidth'] : [])];
  return table('The busiest links', head, rows);
}

function routesSection() {
  const s = subject(), r = s.routes, board = s.chips.length > 1;
  const element = section('routing', 'Routing', null, true);
  if (r.problem) { element.append(make('p', {}, r.problem)); return element; }
  const fullest = r.entries.reduce((best, n, i) => n > r.entries[best] ? i : best, 0);
  element.append(make('p', {class: 'muted'},
    `${plural(r.entries.reduce((a, b) => a + b, 0), 'routing entry').replace('entrys', 'entries')}; the fullest table, of chip ` +
    `${s.chips[fullest].slice(0, 2).join('.')}, has ${count(r.entries[fullest])} of ${count(r.limit)} (` +
    `${percent(r.entries[fullest], r.limit)}).`));
  const chip = measured(), holder = make('div');
  const views = {};
  if (r.links.length) views.planned = ['when every source spikes once', r.links, 'packets'];
  if (chip && chip.links && chip.links.length) views.run = ['in the run', chip.links, 'packets in the run'];
  const show = key => {
    const [, links, what] = views[key];
    const map = new LinkMap(links), most = Math.max(1, ...links.map(l => l[2]));
    holder.className = 'beside';
    holder.replaceChildren(make('div', {}, map.canvas,
      make('ul', {class: 'legend'}, legend([0, 0.5, 1].map(share => [ramp(share), count(share * most) + ' packets'])))),
      linkTable(links, chip && chip.link_packets || r.link_packets, what));
    map.draw();
  };
  const keys = Object.keys(views);
  if (keys.length > 1)
    element.append(make('div', {class: 'controls'},
      choice('Packets', keys.map(k => [k, views[k][0]]), keys[0], show)));
  element.append(holder);
  if (keys.length) requestAnimationFrame(() => show(keys[0]));
  else {
    holder.append(make('p', {}, board ? 'No packet leaves its chip.' : 'One chip: packets take no links. Which PEs they ' +
      'reach, the floorplan shows by colour "packets in".'));
    const most = [...r.reached.keys()].sort((a, b) => r.reached[b] - r.reached[a]).slice(0, 20);
    holder.append(table('PEs that most sources reach', ['PE', 'layer', 'sources that reach it'],
      most.map(core => [peName(core), layerName(s.cores.layer[core]), count(r.reached[core])])));
  }
  return element;
}
