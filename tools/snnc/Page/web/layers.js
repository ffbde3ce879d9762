// Layer by layer: verdicts, weights before and after rounding, the two
// paradigms; and two bundles side by side.
'use strict';

function card(state, name, value, text) {
  return make('div', {class: 'card ' + state}, name, make('b', {}, value), make('span', {class: 'muted'}, text));
}

function total(s, key) { return s.layers.reduce((sum, layer) => sum + (layer[key] || 0), 0); }

function fullestShare(s) { return Math.max(0, ...s.cores.used.map((used, i) => used / s.cores.available[i])); }

/** The verdicts: does it fit, is it in time, was it? */
function verdicts(s) {
  const used = s.cores.pe.length, over = s.cores.used.filter((bytes, i) => bytes > s.cores.available[i]).length;
  const peak = Math.max(0, ...s.layers.map(l => l.cycles_peak || l.cycles_expected || 0));
  const worst = Math.max(0, ...s.layers.map(l => l.cycles_worst || 0)), budget = s.tick_cycles;
  const cards = [
    card(over ? 'bad' : 'good', 'Fit', over ? `${plural(over, 'PE')} too full` : 'fits',
      `${count(used)} of ${count(s.available_pes)} PEs, the fullest ${percent(fullestShare(s), 1)} full`),
    card(peak > budget ? 'bad' : 'good', 'Real time, planned', peak > budget ? 'misses its tick' : 'in time',
      `busiest tick ${percent(peak, budget)} of ${seconds(s.tick_seconds)} at the expected rates`),
    card(worst > budget ? 'warn' : 'good', 'If everything spikes', worst > budget ? 'would miss ticks' : 'in time',
      `worst tick ${percent(worst, budget)} of a tick`)];
  const chip = measured();
  if (chip) {
    const v = chip.verdict, longest = Math.max(0, ...(measuredColumn('worst') || [0]));
    cards.push(card(v.overruns ? 'bad' : 'good', 'Real time, measured',
      v.overruns ? `${plural(v.overruns, 'late tick')}` : 'in time',
      longest ? `longest tick ${percent(longest, budget)} of a tick` : 'on the emulated chip'));
    const lost = v.dropped + v.unrouted;
    cards.push(card(lost ? 'bad' : 'good', 'Packets', lost ? `${count(lost)} lost` : 'none lost',
      `${count(chip.packets)} sent`));
  }
  return make('div', {class: 'cards'}, cards);
}

function summarySection() {
  const s = subject(), element = section('summary', 'Summary', null, true);
  element.append(verdicts(s));
  element.append(table('Layers', ['layer', 'model', 'neurons', 'synapses', 'paradigm', 'PEs', 'bytes', 'of limit',
    'cycles a tick', 'worst', 'of a tick', 'weights', 'SNR dB'],
    s.layers.map(l => {
      const q = l.quantization || {};
      return [l.name, l.model, count(l.neurons), count(l.synapses), l.paradigm, count(l.pes), count(l.bytes),
        percent(l.bytes, l.limit), count(l.cycles_expected), count(l.cycles_worst), percent(l.cycles_worst, s.tick_cycles),
        q.bits ? `int${q.bits}` : '-', !q.bits ? '-' : q.snr_db == null ? 'exact' : q.snr_db.toFixed(1)];
    })));
  element.append(make('p', {class: 'muted'},
    `Machine ${s.machine}, tick ${seconds(s.tick_seconds)}, dt ${seconds(s.dt_seconds)}, latency ` +
    `${plural(s.latency, 'tick')}, inputs: ${s.inputs.map(i => `${i.name} (${count(i.channels)})`).join(', ') || 'none'}.`));
  return element;
}

function weightsSection() {
  const s = subject(), element = section('weights', 'Weights before and after rounding');
  const layers = s.layers.filter(l => l.histogram);
  if (!layers.length) {
    element.append(make('p', {}, s.without_network || 'No layer has weights.'));
    return element;
  }
  let layer = layers[0], isLog = false;
  const text = make('p', {class: 'muted'});
  const rowsOf = () => {
    const h = layer.histogram, width = (h.high - h.low) / h.before.length;
    const value = n => isLog && !n ? null : n;
    const rows = h.before.map((n, i) => [h.low + i * width, value(n), value(h.after[i])]);
    rows.push([h.high, ...rows[rows.length - 1].slice(1)]);
    return rows;
  };
  const chart = new Chart('How many weights have each value.', rowsOf(), ['weight', 'before', 'after'], {
    stepPlot: true, fillGraph: true, fillAlpha: 0.35, strokeWidth: 1, colors: [colourOf(1), colourOf(0)],
    xlabel: 'weight, in the unit of the network', ylabel: 'weights', includeZero: true, highlightCircleSize: 0,
    axes: {y: {axisLabelWidth: 60}},
  }, row => {
    const h = layer.histogram, i = Math.min(row, h.before.length - 1), width = (h.high - h.low) / h.before.length;
    return `${brief(h.low + i * width)} to ${brief(h.low + (i + 1) * width)}: ${count(h.before[i])} before, ` +
      `${count(h.after[i])} after`;
  });
  const describe = () => {
    const q = layer.quantization, h = layer.histogram;
    text.textContent = `int${q.bits}, signal to noise ${q.snr_db == null ? 'exact' : q.snr_db.toFixed(1) + ' dB'}, sums are ` +
      `${percent(q.sum_error, 1)} off, ${plural(q.underflow, 'weight')} became 0, ${count(q.saturated)} clipped. ` +
      (h.all ? `All ${count(h.weights)} weights.` : `A sample of ${count(h.weights)} weights.`);
  };
  const show = () => { chart.update(rowsOf(), {logscale: isLog}); describe(); };
  describe();
  element.append(make('div', {class: 'controls'},
    choice('Layer', layers.map((l, i) => [String(i), l.name]), '0', value => { layer = layers[Number(value)]; show(); }),
    make('label', {}, make('input', {type: 'checkbox', change: e => { isLog = e.target.checked; show(); }}), ' logarithmic')),
    text, chart.element,
    make('ul', {class: 'legend'}, legend([[colourOf(1), 'before'], [colourOf(0), 'after, times their scale']])));
  return element;
}

//===----------------------------------------------------------------------===//

const kCosts = {cycles: 'cycles a tick', pes: 'PEs', bytes: 'bytes'};

function choicesSection() {
  const s = subject(), element = section('paradigms', 'Serial or parallel');
  const layers = s.layers.filter(l => l.choice);
  if (!layers.length) {
    element.append(make('p', {}, s.without_network || 'No layer was planned both ways.'));
    return element;
  }
  const both = layers.filter(l => l.choice.serial.fits && l.choice.parallel.fits);
  const exact = layers.every(l => l.choice.planned);
  const regrets = layers.filter(l => l.choice.better !== l.paradigm);
  element.append(make('p', {class: 'muted'},
    `Each layer ${exact ? 'planned' : 'estimated by closed formulas'} both ways by the objective "${s.objective}": below the ` +
    'diagonal parallel is cheaper. ' + (regrets.length
      ? `The plan now finds the other paradigm better for ${regrets.map(l => l.name).join(', ')}.`
      : 'Every layer has the better one.')));
  let cost = 'cycles', points = [];
  const rowsOf = () => {
    points = both.map(l => [Math.max(1, l.choice.serial[cost]), Math.max(1, l.choice.parallel[cost]), l])
      .sort((a, b) => a[0] - b[0]);
    const all = points.flatMap(p => [p[0], p[1]]), low = Math.min(...all) / 2, high = Math.max(...all) * 2;
    owners = [null, ...points.map(p => p[2]), null];
    return [[low, null, low], ...points.map(p => [p[0], p[1], p[0]]), [high, null, high]];
  };
  let owners = [];
  if (both.length) {
    const chart = new Chart('Cost of each layer, serial across, parallel up, logarithmic.', rowsOf(),
      ['serial', 'parallel', 'equal'], {
      tall: true, logscale: true, strokeWidth: 0, xlabel: 'serial', ylabel: 'parallel', colors: [style('--front'), style('--muted')],
      series: {parallel: {drawPoints: true, pointSize: 6, drawPointCallback: (g, name, context, x, y, c, size, row) => {
        const layer = owners[row];
        if (!layer) return;
        context.fillStyle = colourOf(layerIndex(s, layer.name));
        context.beginPath();
        context.arc(x, y, 6, 0, 7);
        context.fill();
        if (both.length > 12) return;
        context.fillStyle = style('--front');
        context.font = '12px sans-serif';
        context.textAlign = x > g.getArea().x + g.getArea().w * 0.7 ? 'right' : 'left';
        context.fillText(layer.name.slice(0, 24), x + (context.textAlign === 'left' ? 9 : -9), y + 4);
      }}, equal: {strokeWidth: 1.5, strokePattern: [5, 4], highlightCircleSize: 0}},
      axes: {x: {logscale: true, axisLabelFormatter: x => brief(x)}, y: {axisLabelWidth: 65, axisLabelFormatter: y => brief(y)}},
    }, row => {
      const layer = owners[row];
      return layer ? `${layer.name}: serial ${count(layer.choice.serial[cost])}, parallel ` +
        `${count(layer.choice.parallel[cost])} ${kCosts[cost]}; it is ${layer.paradigm}` : '';
    });
    element.append(make('div', {class: 'controls'},
      choice('Cost', Object.entries(kCosts), 'cycles', value => { cost = value; chart.update(rowsOf()); })), chart.element);
  }
  const cell = a => a.fits ? `${plural(a.pes, 'PE')}, ${count(a.cycles)} cycles` : 'does not fit';
  element.append(table('Both paradigms of each layer',
    ['layer', 'is', 'better', 'model says parallel', 'serial', 'parallel'],
    layers.map(l => [l.name, l.paradigm, {text: l.choice.better, changed: l.choice.better !== l.paradigm},
      l.choice.probability == null ? '-' : percent(l.choice.probability, 1), cell(l.choice.serial), cell(l.choice.parallel)])));
  return element;
}

//===----------------------------------------------------------------------===//

/** Bundles and results by their files: one bundle may have run twice. */
function label(s) { return s.file + (s.results ? `, ${s.results.file}` : ''); }

function difference(before, after) {
  if (before == null || after == null) return '-';
  const change = after - before;
  return {text: change ? `${change > 0 ? '+' : '−'}${count(Math.abs(change))}` : '0', changed: change !== 0};
}

function compareSection() {
  const [a, b] = page.subjects, element = section('compare', `Compared: ${label(a)} and ${label(b)}`, null, true);
  const spikes = s => s.results ? s.results.populations.reduce((sum, p) => sum + p.spikes, 0) : null;
  const run = s => s.results && s.results.meta && s.results.meta.chip;
  const facts = [['PEs', s => s.cores.pe.length], ['bytes', s => total(s, 'bytes')], ['synapses', s => total(s, 'synapses')],
    ['cycles a tick, busiest layer', s => Math.max(0, ...s.layers.map(l => l.cycles_expected || 0))],
    ['worst', s => Math.max(0, ...s.layers.map(l => l.cycles_worst || 0))],
    ['routing entries', s => (s.routes.entries || []).reduce((x, y) => x + y, 0)], ['latency, ticks', s => s.latency],
    ['spikes', spikes], ['longest tick of the run, cycles', s => run(s) && run(s).pes ? Math.max(0, ...run(s).pes.worst) : null],
    ['packets of the run', s => run(s) ? run(s).packets : null]];
  element.append(table('Both bundles', ['', label(a), label(b), 'from the second to the first'],
    facts.map(([name, of]) => [name, count(of(a)), count(of(b)), difference(of(b), of(a))])));
  const names = [...new Set([...a.layers, ...b.layers].map(l => l.name))];
  const find = (s, name) => s.layers.find(l => l.name === name) || {};
  const pair = (x, y, show) => ({text: x === y ? show(x) : `${show(x)} | ${show(y)}`, changed: x !== y});
  const text = value => value == null ? '-' : String(value);
  const snr = l => l.quantization && l.quantization.snr_db != null ? l.quantization.snr_db.toFixed(1) : null;
  const bits = l => l.quantization ? l.quantization.bits : null;
  element.append(make('h3', {}, 'Layers: one value where both agree, else first | second'), table('Layers of both',
    ['layer', 'neurons', 'synapses', 'paradigm', 'PEs', 'bytes', 'cycles a tick', 'worst', 'weight bits', 'SNR dB'],
    names.map(name => {
      const x = find(a, name), y = find(b, name);
      return [name, ...['neurons', 'synapses'].map(k => pair(x[k], y[k], count)), pair(x.paradigm, y.paradigm, text),
        ...['pes', 'bytes', 'cycles_expected', 'cycles_worst'].map(k => pair(x[k], y[k], count)),
        pair(bits(x), bits(y), text), pair(snr(x), snr(y), text)];
    })));
  return element;
}
