// The chips of the machine, their quads and PEs; colour says what the user asks.
'use strict';

const kModes = {
  layer: {name: 'layer'},
  paradigm: {name: 'paradigm'},
  memory: {name: 'memory used', of: s => s.cores.used.map((used, i) => used / s.cores.available[i]),
           text: 'share of the data memory'},
  expected: {name: 'load, expected', of: s => s.cores.expected.map(c => c / s.tick_cycles),
             text: 'cycles of a tick, planned at the expected rates'},
  worst: {name: 'load, worst case', of: s => s.cores.worst.map(c => c / s.tick_cycles),
          text: 'cycles of a tick, planned, when everything spikes'},
  measured: {name: 'load, measured', of: s => (measuredColumn('worst') || []).map(c => c / s.tick_cycles),
             text: 'cycles of the longest tick of the run'},
  packets: {name: 'packets in', relative: true, of: s => s.routes.reached || [],
            text: 'packets that reach the PE when every source spikes once'},
};

/** Where everything stands, in PEs. */
class Layout {
  constructor(s, only) {
    this.s = s;
    const xs = s.pes.map(p => p[0]), ys = s.pes.map(p => p[1]);
    this.left = Math.min(...xs); this.top = Math.max(...ys);
    this.quad = 2.25;
    this.chipWidth = (Math.max(...xs) - this.left + 1) * this.quad + 1.2;
    this.chipHeight = (this.top - Math.min(...ys) + 1) * this.quad + 1.2;
    this.only = only;
    const chips = only === null ? s.chips : [s.chips[only]];
    this.west = Math.min(...chips.map(c => c[0])); this.north = Math.max(...chips.map(c => c[1]));
    this.columns = Math.max(...chips.map(c => c[0])) - this.west + 1;
    this.rows = this.north - Math.min(...chips.map(c => c[1])) + 1;
    this.width = this.columns * this.chipWidth; this.height = this.rows * this.chipHeight;
  }
  chip(index) {
    const [x, y] = this.s.chips[index];
    return [(x - this.west) * this.chipWidth + 0.6, (this.north - y) * this.chipHeight + 0.6];
  }
  /** Left upper corner of a PE. */
  pe(chip, pe) {
    const [x, y, p] = this.s.pes[pe], [left, top] = this.chip(chip);
    return [left + (x - this.left) * this.quad + (p & 1), top + (this.top - y) * this.quad + (p >> 1)];
  }
}

class Floorplan {
  constructor() {
    const s = subject();
    this.mode = 'layer';
    this.only = null; // the chip that is shown alone
    this.coreAt = new Map();
    s.cores.chip.forEach((chip, core) => this.coreAt.set(chip * s.pes.length + s.cores.pe[core], core));
    this.dead = new Set(s.dead.map(([chip, pe]) => chip * s.pes.length + pe));
    this.cursor = s.cores.pe.length ? [s.cores.chip[0], s.cores.pe[0]] : [0, 0];
    const board = s.chips.length > 1;
    this.canvas = make('canvas', {class: 'plan', id: 'plan', tabindex: 0, role: 'application',
      'aria-label': 'Floorplan. Arrow keys go from PE to PE' +
                    (board ? ', Enter shows one chip, Escape all of them.' : '.'),
      'aria-describedby': 'plan-readout',
      keydown: event => this.key(event), click: event => this.click(event), mousemove: event => this.hover(event)});
    this.picture = document.createElement('canvas');
    this.readout = make('output', {id: 'plan-readout', 'aria-live': 'polite'});
    this.legend = make('ul', {class: 'legend', 'aria-label': 'Colours'});
    const modes = Object.entries(kModes).filter(([key, mode]) => !mode.of || mode.of(s).length)
      .map(([key, mode]) => [key, mode.name]);
    this.chipChoice = board ? choice('Chip', [['', 'all'], ...s.chips.map((c, i) => [String(i), `${c[0]}.${c[1]}`])],
      '', value => this.show(value === '' ? null : Number(value))) : null;
    const used = s.cores.pe.length, text = board
      ? `${plural(s.chips.length, 'chip')}, ${plural(used, 'PE')} of ${count(s.available_pes)} in use. ` +
        'Each chip has its quads where they are on the silicon; four PEs make a quad.'
      : `${plural(used, 'PE')} of ${count(s.available_pes)} in use. Quads stand where they are on the chip; ` +
        'four PEs make a quad.';
    this.element = section('floorplan', 'Floorplan', text, board);
    this.element.append(make('div', {class: 'controls'},
      choice('Colour by', modes, 'layer', value => { this.mode = value; this.draw(); }), this.chipChoice),
      this.canvas, this.legend, this.readout);
    new ResizeObserver(() => { if (this.canvas.clientWidth !== this.width) this.draw(); }).observe(this.element);
  }

  show(chip) {
    this.only = chip;
    if (chip !== null && this.cursor[0] !== chip) {
      const core = subject().cores.chip.indexOf(chip);
      this.cursor = [chip, core < 0 ? 0 : subject().cores.pe[core]];
    }
    if (this.chipChoice) this.chipChoice.querySelector('select').value = chip === null ? '' : String(chip);
    this.draw();
  }

  colours(s) {
    const mode = kModes[this.mode];
    if (this.mode === 'layer') return core => colourOf(s.cores.layer[core]);
    if (this.mode === 'paradigm') return core => colourOf(s.cores.role[core]);
    const values = mode.of(s), most = mode.relative ? Math.max(1, ...values) : 1;
    return core => ramp(values[core] / most);
  }

  drawLegend(s) {
    const mode = kModes[this.mode];
    this.explained = this.mode + this.only;
    let entries;
    if (this.mode === 'layer') {
      const here = s.cores.layer.filter((_, core) => this.only === null || s.cores.chip[core] === this.only);
      const used = [...new Set(here)].sort((a, b) => a - b);
      entries = used.map(layer => [colourOf(layer), layerName(layer)]);
    } else if (this.mode === 'paradigm') {
      entries = [...new Set(s.cores.role)].sort().map(role => [colourOf(role), kRoles[role]]);
    } else {
      const values = mode.of(s), most = mode.relative ? Math.max(1, ...values) : 1;
      entries = [0, 0.25, 0.5, 0.75, 1].map(share =>
        [ramp(share), mode.relative ? count(share * most) : percent(share, 1)]);
      entries.push(['transparent', mode.text]);
    }
    this.legend.replaceChildren(...legend(entries, this.mode === 'layer' ? 'layers: the line below names the one at the cursor' : null),
      ...legend([[style('--idle'), 'not used']]));
  }

  draw() {
    const s = subject(), layout = this.layout = new Layout(s, this.only);
    const width = this.width = this.canvas.clientWidth || 300;
    // As wide as there is room, and not taller than one sees at once.
    this.unit = Math.min(width / layout.width, 30, Math.max(4, 0.85 * innerHeight / layout.height));
    const height = Math.ceil(layout.height * this.unit);
    sized(this.canvas, width, height);
    const context = sized(this.picture, width, height); // of all but the cursor
    const unit = this.unit, idle = style('--idle'), line = style('--line'), bad = style('--bad');
    const colour = this.colours(s), gap = unit > 4 ? Math.max(0.5, unit * 0.06) : 0;
    const chips = this.only === null ? s.chips.keys() : [this.only];
    for (const chip of chips) {
      const [left, top] = layout.chip(chip);
      context.strokeStyle = line;
      context.strokeRect((left - 0.4) * unit, (top - 0.4) * unit, (layout.chipWidth - 0.4) * unit,
                         (layout.chipHeight - 0.4) * unit);
      for (let pe = 0; pe < s.pes.length; ++pe) {
        const place = chip * s.pes.length + pe, core = this.coreAt.get(place), [x, y] = layout.pe(chip, pe);
        context.fillStyle = core !== undefined ? colour(core) : this.dead.has(place) ? bad : idle;
        context.fillRect(x * unit, y * unit, unit - gap, unit - gap);
      }
    }
    if (this.explained !== this.mode + this.only) this.drawLegend(s); // other colours make another page
    this.showCursor();
  }

  showCursor() {
    const context = this.canvas.getContext('2d'), {a: scale} = context.getTransform();
    context.clearRect(0, 0, this.canvas.width / scale, this.canvas.height / scale);
    context.drawImage(this.picture, 0, 0, this.canvas.width / scale, this.canvas.height / scale);
    const [x, y] = this.layout.pe(...this.cursor), unit = this.unit, frame = Math.max(2, unit * 0.15);
    context.lineWidth = frame;
    context.strokeStyle = style('--front');
    context.strokeRect(x * unit - frame / 2, y * unit - frame / 2, unit + frame / 2, unit + frame / 2);
    context.lineWidth = 1;
    this.say();
  }

  /** The PE at the cursor, in words. */
  say() {
    const s = subject(), [chip, pe] = this.cursor, [x, y, p] = s.pes[pe];
    const core = this.coreAt.get(chip * s.pes.length + pe);
    const name = `PE ${x}.${y}.${p}` + (s.chips.length > 1 ? ` of chip ${s.chips[chip][0]}.${s.chips[chip][1]}` : '');
    if (core === undefined) {
      this.readout.textContent = `${name}: ${this.dead.has(chip * s.pes.length + pe) ? 'dead' : 'not used'}.`;
      return;
    }
    const c = s.cores, worst = measuredColumn('worst');
    const parts = [
      `${name}: layer ${layerName(c.layer[core])}, neurons ${count(c.begin[core])} to ${count(c.end[core] - 1)}, ` +
        kRoles[c.role[core]],
      `${count(c.used[core])} of ${count(c.available[core])} B (${percent(c.used[core], c.available[core])}), ` +
        `recording ${count(c.record[core])} B`,
      `${count(c.expected[core])} cycles of a tick expected, ${count(c.worst[core])} worst, of ${count(s.tick_cycles)}`];
    if (worst) parts.push(`measured ${count((measuredColumn('mean') || [])[core])}, longest tick ${count(worst[core])}`);
    if (s.routes.reached) parts.push(`${plural(s.routes.reached[core], 'source')} reach it`);
    this.readout.textContent = parts.join('; ') + '.';
  }

  /** The PE under a point of the canvas, or null. */
  find(event) {
    const s = subject(), box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) / this.unit, y = (event.clientY - box.top) / this.unit;
    const chips = this.only === null ? s.chips.keys() : [this.only];
    for (const chip of chips) {
      const [left, top] = this.layout.chip(chip);
      if (x < left || y < top || x > left + this.layout.chipWidth || y > top + this.layout.chipHeight) continue;
      for (let pe = 0; pe < s.pes.length; ++pe) {
        const [px, py] = this.layout.pe(chip, pe);
        if (x >= px && x < px + 1 && y >= py && y < py + 1) return [chip, pe];
      }
    }
    return null;
  }
  hover(event) {
    const found = this.find(event);
    if (found && (found[0] !== this.cursor[0] || found[1] !== this.cursor[1])) {
      this.cursor = found;
      this.showCursor();
    }
  }
  click(event) {
    const found = this.find(event);
    if (!found) return;
    this.cursor = found;
    if (this.only === null && subject().chips.length > 1) this.show(found[0]);
    else this.showCursor();
  }

  key(event) {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (step) this.move(...step);
    else if (event.key === 'Enter' && subject().chips.length > 1) this.show(this.cursor[0]);
    else if (event.key === 'Escape' && this.only !== null) this.show(null);
    else return;
    event.preventDefault();
  }

  /** To the nearest PE in that direction: those straight ahead first. */
  move(dx, dy) {
    const s = subject(), [x, y] = this.layout.pe(...this.cursor);
    let best = null, least = Infinity;
    const chips = this.only === null ? s.chips.keys() : [this.only];
    for (const chip of chips)
      for (let pe = 0; pe < s.pes.length; ++pe) {
        const [px, py] = this.layout.pe(chip, pe);
        const ahead = dx * (px - x) + dy * (py - y), beside = Math.abs(dx * (py - y) + dy * (px - x));
        if (ahead <= 0.1 || beside > ahead) continue;
        const cost = ahead + 3 * beside;
        if (cost < least) { least = cost; best = [chip, pe]; }
      }
    if (best) { this.cursor = best; this.showCursor(); }
  }
}
