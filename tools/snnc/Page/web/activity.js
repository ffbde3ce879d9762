// What a run recorded: raster, rates, traces.
'use strict';

/** Ticks as the time axis shows them. */
function timeScale(s) { return s.dt_seconds > 0 ? [s.dt_seconds * 1e3, 'time, ms'] : [1, 'time, ticks']; }

/** Spikes of one sample as rows [time, place]; places of populations stack up. */
function rasterRows(results, sample, only, scale) {
  const rows = [], bands = [];
  let offset = 0;
  results.populations.forEach((population, index) => {
    if (only !== '' && index !== Number(only)) return;
    const raster = population.rasters[Math.min(sample, population.rasters.length - 1)];
    if (raster) raster.tick.forEach((tick, i) => rows.push([tick * scale, offset + raster.neuron[i], index]));
    bands.push([offset, index]);
    offset += population.neurons;
  });
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return {points: rows.map(row => [row[0], row[1]]), owner: rows.map(row => row[2]), bands, end: offset};
}

function activitySection() {
  const s = subject(), results = s.results, element = section('activity', 'Activity', null, true);
  const [scale, timeLabel] = timeScale(s), end = Math.max(1, results.ticks * scale);
  const state = {sample: 0, only: ''};
  element.append(make('p', {class: 'muted'},
    `${results.file}: ${plural(results.samples, 'sample')} of ${plural(results.ticks, 'tick')}` +
    (results.samples > results.shown ? `; rasters and traces of the first ${count(results.shown)}` : '') +
    (results.meta.backend ? `, ran on ${results.meta.backend}` : '') + '.'));
  if (results.left_out.length)
    element.append(make('p', {}, `Not shown, for their shape is not known: ${results.left_out.join(', ')}.`));
  const controls = make('div', {class: 'controls'}), charts = [];
  element.append(controls);

  if (results.populations.length) {
    let raster = null;
    const build = () => {
      raster = rasterRows(results, state.sample, state.only, scale);
      chart.settings.valueRange = [-1, raster.end];
      return raster.points;
    };
    const thinned = results.populations.find(p => p.every > 1);
    const chart = new Chart('Raster: a mark for each spike' +
      (thinned ? `, of every ${thinned.every}th neuron.` : '.'),
      build, ['time', 'neuron'], {
      tall: true, strokeWidth: 0, drawPoints: true, pointSize: 2, highlightCircleSize: 3, xlabel: timeLabel,
      ylabel: 'neuron', dateWindow: [0, end],
      drawPointCallback: marks(row => colourOf(layerIndex(s, results.populations[raster.owner[row]].name)),
                               () => raster.points.length),
      underlayCallback: (context, area, graph) => {
        context.fillStyle = style('--grid');
        for (const [offset] of raster.bands) context.fillRect(area.x, graph.toDomYCoord(offset - 0.5), area.w, 1);
      },
    }, (row, x) => {
      const point = raster.points[row], index = raster.owner[row];
      if (!point) return '';
      const band = raster.bands.find(b => b[1] === index);
      return `${brief(x)} (${timeLabel}): ${results.populations[index].name}, neuron ${count(point[1] - band[0])}`;
    });
    chart.reset = () => chart.graph && chart.graph.updateOptions({dateWindow: [0, end], valueRange: [-1, raster.end]});
    const redraw = () => { if (chart.graph) chart.update(build(), {valueRange: chart.settings.valueRange}); };
    if (results.populations.length > 1)
      controls.append(choice('Population', [['', 'all'], ...results.populations.map((p, i) => [String(i), p.name])], '',
        value => { state.only = value; redraw(); }));
    state.redrawRaster = redraw;
    element.append(chart.element, ratesChart(s, results, scale, timeLabel, end, charts),
      make('ul', {class: 'legend'}, legend(results.populations.map(p =>
        [colourOf(layerIndex(s, p.name)), `${p.name}: ${plural(p.spikes, 'spike')}, ${plural(p.silent, 'silent neuron')}`]),
        'populations')));
    charts.push(chart);
  }
  if (results.traces.length) element.append(...traces(s, results, scale, timeLabel, end, state, charts));
  if (results.shown > 1)
    controls.append(choice('Sample', [...Array(results.shown).keys()].map(i => [String(i), String(i + 1)]), '0', value => {
      state.sample = Number(value);
      if (state.redrawRaster) state.redrawRaster();
      if (state.redrawTraces) state.redrawTraces();
    }));
  link(charts);
  return element;
}

function layerIndex(s, name) { return Math.max(0, s.layers.findIndex(layer => layer.name === name)); }

const kSaid = 8; // populations whose rates are said; the highest of many

function ratesChart(s, results, scale, timeLabel, end, charts) {
  let rows = [];
  const build = () => {
    const times = new Map();
    results.populations.forEach((population, index) => population.rates.forEach((rate, bin) => {
      const time = bin * population.bin * scale;
      if (!times.has(time)) times.set(time, Array(results.populations.length).fill(null));
      times.get(time)[index] = rate;
    }));
    rows = [...times].sort((a, b) => a[0] - b[0]).map(([time, rates]) => [time, ...rates]);
    return rows;
  };
  const unit = s.dt_seconds > 0 ? 'Hz' : 'spikes a tick';
  const chart = new Chart(`Rates, mean over neurons and samples, ${unit}.`, build,
    ['time', ...results.populations.map((p, i) => `${i}`)], {
    colors: results.populations.map(p => colourOf(layerIndex(s, p.name))), strokeWidth: 1.5, xlabel: timeLabel,
    ylabel: unit, includeZero: true, stepPlot: true, connectSeparatedPoints: true, dateWindow: [0, end],
    axes: {y: {axisLabelWidth: 55}},
  }, (row, x) => `${brief(x)} (${timeLabel}): ` + results.populations.map((p, i) => [p.name, rows[row] ? rows[row][i + 1] : null])
    .sort((a, b) => results.populations.length > kSaid ? b[1] - a[1] : 0).slice(0, kSaid)
    .map(([name, rate]) => `${name} ${brief(rate)} ${unit}`).join(', ') + (results.populations.length > kSaid ? ', ...' : ''));
  chart.reset = () => chart.graph && chart.graph.updateOptions({dateWindow: [0, end], valueRange: null});
  charts.push(chart);
  return chart.element;
}

function traces(s, results, scale, timeLabel, end, state, charts) {
  let trace = results.traces[0], rows = [];
  const build = () => {
    const values = trace.values[Math.min(state.sample, trace.values.length - 1)];
    rows = values.length ? values[0].map((_, i) => [i * trace.every * scale, ...values.map(line => line[i])]) : [];
    return rows;
  };
  const labels = () => ['time', ...trace.neurons.map(n => `neuron ${n}`)];
  const colours = () => trace.neurons.map((_, i) => colourOf(i));
  const chart = new Chart('Traces of some neurons.', build, labels(), {
    colors: colours(), strokeWidth: 1.2, xlabel: timeLabel, ylabel: 'value', dateWindow: [0, end],
    axes: {y: {axisLabelWidth: 60}},
  }, (row, x) => rows[row] ? `${brief(x)} (${timeLabel}): ` +
    trace.neurons.map((n, i) => `neuron ${n} ${brief(rows[row][i + 1])}`).join(', ') : '');
  chart.reset = () => chart.graph && chart.graph.updateOptions({dateWindow: [0, end], valueRange: null});
  charts.push(chart);
  const names = make('ul', {class: 'legend'});
  const showNames = () => names.replaceChildren(...legend(trace.neurons.map((n, i) => [colourOf(i), `neuron ${n}`])));
  state.redrawTraces = () => { chart.update(chart.graph ? build() : build, {labels: labels(), colors: colours()}); showNames(); };
  showNames();
  return [make('div', {class: 'controls'}, choice('Trace', results.traces.map((t, i) => [String(i), t.name]), '0', value => {
    trace = results.traces[Number(value)];
    state.redrawTraces();
  })), chart.element, names];
}
