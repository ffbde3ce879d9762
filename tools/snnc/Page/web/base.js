// What all parts of the page share. Names of the user's get into the page as
// text only: textContent, text nodes, canvas.
'use strict';
const page = {
  subjects: JSON.parse(document.getElementById('data').textContent).subjects,
  shown: 0,   // of the subjects
  charts: [], // to be destroyed before the next is shown
};

/** The bundle that is shown. */
function subject() { return page.subjects[page.shown]; }

/** An element; attributes by name, functions as listeners; children: nodes or text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  for (const child of children.flat())
    if (child != null) element.append(child instanceof Node ? child : String(child));
  return element;
}

function section(id, title, text, wide = false) {
  return make('section', {id, 'aria-labelledby': id + '-title', class: wide ? 'wide' : ''},
              make('h2', {id: id + '-title'}, title), text ? make('p', {class: 'muted'}, text) : null);
}

const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const short = new Intl.NumberFormat('en', {maximumSignificantDigits: 3});
function count(number) { return number == null ? '-' : whole.format(number); }
function brief(number) { return number == null ? '-' : short.format(number); }
function percent(part, all) { return all > 0 ? short.format(100 * part / all) + ' %' : '-'; }
function plural(number, one) { return `${count(number)} ${one}${number === 1 ? '' : 's'}`; }
function seconds(number) {
  if (!(number > 0)) return '-';
  if (number < 1e-3) return brief(number * 1e6) + ' µs';
  return number < 1 ? brief(number * 1e3) + ' ms' : brief(number) + ' s';
}

const kRowsAtOnce = 60; // more than a table shows without scrolling

/** head: strings; rows: arrays of text or {text, changed}. */
function table(caption, head, rows, most = 500) {
  const body = make('tbody'), end = Math.min(most, rows.length);
  const grow = until => body.append(...rows.slice(body.rows.length, Math.min(end, until)).map(row =>
    make('tr', {}, row.map(cell => cell && cell.text !== undefined
      ? make('td', {class: cell.changed ? 'changed' : ''}, cell.text) : make('td', {}, cell)))));
  grow(kRowsAtOnce);
  // The rest when the page has time, so that nobody waits for it.
  const idle = window.requestIdleCallback || setTimeout;
  const later = () => { grow(body.rows.length + 200); if (body.rows.length < end) idle(later); };
  if (end > kRowsAtOnce) idle(later);
  const element = make('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption},
    make('table', {}, make('thead', {}, make('tr', {}, head.map(h => make('th', {scope: 'col'}, h)))), body));
  return rows.length > most
    ? make('div', {}, element, make('p', {class: 'muted'}, `The first ${most} of ${count(rows.length)}.`))
    : element;
}

function choice(label, options, chosen, onChange) {
  const select = make('select', {change: event => onChange(event.target.value)},
    options.map(([value, text]) => make('option', {value, selected: value === chosen}, text)));
  return make('label', {}, label + ' ', select);
}

function isDark() { return matchMedia('(prefers-color-scheme: dark)').matches; }
function style(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

/** Colours of a list: eight that are told apart without red and green, then hues. */
const kColours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a900', '#7b5fc9'];
function colourOf(index) {
  if (index < kColours.length) return kColours[index];
  return `hsl(${(index * 137.508) % 360}, 60%, ${isDark() ? 62 : 45}%)`;
}
/** 0 to 1, dark blue over green to yellow. */
const kRamp = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
function ramp(share) {
  const place = Math.min(1, Math.max(0, share || 0)) * (kRamp.length - 1);
  const low = Math.min(kRamp.length - 2, Math.floor(place)), part = place - low;
  const mix = [0, 1, 2].map(i => Math.round(kRamp[low][i] + part * (kRamp[low + 1][i] - kRamp[low][i])));
  return `rgb(${mix.join(',')})`;
}

function layerName(index) {
  const layer = subject().layers[index];
  return layer ? layer.name : 'no layer';
}
const kRoles = ['serial', 'parallel', 'parallel, dominant', 'parallel, subordinate'];

/** "7.6.1", with its chip where there are several. */
function peName(core) {
  const s = subject(), [x, y, p] = s.pes[s.cores.pe[core]], chip = s.chips[s.cores.chip[core]];
  return s.chips.length > 1 && chip ? `${x}.${y}.${p} of chip ${chip[0]}.${chip[1]}` : `${x}.${y}.${p}`;
}

/** What a run counted of the chip, PE by PE; null without. */
function measured() {
  const s = subject(), chip = s.results && s.results.meta && s.results.meta.chip;
  if (!chip) return null;
  if (!chip.placed) { // links by the page's numbers of chips
    const at = new Map(s.chips.map(([x, y], i) => [`${x}.${y}`, i]));
    chip.links = (chip.links || []).filter(l => at.has(`${l[0]}.${l[1]}`))
      .map(([x, y, link, packets, most]) => [at.get(`${x}.${y}`), link, packets, most]);
    chip.placed = true;
  }
  return chip;
}
/** A column of it in the order of the cores; null without. */
function measuredColumn(name) {
  const chip = measured();
  return chip && chip.pes && Array.isArray(chip.pes[name]) && chip.pes[name].length === subject().cores.pe.length
    ? chip.pes[name] : null;
}

/** A canvas in the pixels of the screen; returns its 2D context, scaled. */
function sized(canvas, width, height) {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.style.height = height + 'px';
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

const kNames = 24; // more are not told apart by colour anyway

/** Entries: [colour, text]; of a long list the first, and how many follow. */
function legend(entries, what = null) {
  const shown = what && entries.length > kNames ? entries.slice(0, kNames) : entries;
  if (shown !== entries)
    return [...legend(shown), make('li', {class: 'muted'}, `and ${count(entries.length - kNames)} more ${what}`)];
  return entries.map(([colour, text]) => {
    const mark = make('i', {'aria-hidden': 'true'});
    mark.style.background = colour;
    return make('li', {}, mark, text);
  });
}
