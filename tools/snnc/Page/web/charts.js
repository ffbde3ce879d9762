// Charts are dygraphs'; here is what all of them have in common: a caption, a
// line that says what is under the pointer, zoom by pointer and keys.
'use strict';

class Chart {
  /** rows: [x, y...], or a function that makes them when the chart opens; options: dygraphs'; say: (row number, x) => text. */
  constructor(caption, rows, labels, options, say) {
    this.rows = rows;
    this.box = make('div', {class: 'chart' + (options.tall ? ' tall' : ''), tabindex: 0, role: 'img',
      'aria-label': `${caption} Plus and minus zoom, arrows move, 0 shows all.`, keydown: event => this.key(event)});
    this.readout = make('div', {class: 'readout', 'aria-live': 'polite'});
    this.element = make('figure', {}, make('figcaption', {}, caption), this.box, make('div', {class: 'tools'},
      make('button', {type: 'button', click: () => this.reset()}, 'Show all'), this.readout));
    this.say = say;
    this.settings = {labels, legend: 'never', axisLineColor: style('--line'), gridLineColor: style('--grid'),
      axisLabelFontSize: 12, highlightCircleSize: 3, animatedZooms: false, xRangePad: 4,
      highlightCallback: (event, x, points, row) => { this.readout.textContent = say ? say(row, x) : ''; },
      ...options};
    delete this.settings.tall;
    // Drawn when it comes into view: nobody waits for what is below.
    new IntersectionObserver((entries, observer) => {
      if (!entries.some(entry => entry.isIntersecting) || this.graph) return;
      observer.disconnect();
      this.open();
    }, {rootMargin: '300px'}).observe(this.box);
    page.charts.push(this);
  }

  open() {
    if (typeof this.rows === 'function') this.rows = this.rows();
    this.graph = new Dygraph(this.box, this.rows, this.settings);
    if (this.onOpen) this.onOpen();
  }
  update(rows, options = {}) {
    this.rows = rows;
    Object.assign(this.settings, options);
    if (this.graph) this.graph.updateOptions({file: rows, ...options});
  }
  reset() { if (this.graph) this.graph.resetZoom(); }
  destroy() { if (this.graph) this.graph.destroy(); this.graph = null; }

  key(event) {
    if (!this.graph) return;
    const [low, high] = this.graph.xAxisRange(), span = high - low, [first, last] = this.graph.xAxisExtremes();
    const to = {'+': [low + span / 4, high - span / 4], '=': [low + span / 4, high - span / 4],
                '-': [low - span / 2, high + span / 2], 'ArrowLeft': [low - span / 5, high - span / 5],
                'ArrowRight': [low + span / 5, high + span / 5]}[event.key];
    if (event.key === '0') this.reset();
    else if (to) {
      const size = Math.min(to[1] - to[0], last - first);
      const begin = Math.min(Math.max(to[0], first), last - size);
      this.graph.updateOptions({dateWindow: [begin, begin + size]});
    } else return;
    event.preventDefault();
  }
}

/** Charts of the same time axis show the same part of it. */
function link(charts) {
  let busy = false;
  for (const chart of charts)
    chart.settings.drawCallback = graph => {
      if (busy) return;
      busy = true;
      const dateWindow = graph.xAxisRange();
      for (const other of charts)
        if (other !== chart && other.graph && String(other.graph.xAxisRange()) !== String(dateWindow))
          other.graph.updateOptions({dateWindow});
      busy = false;
    };
}

/** A mark for each spike, as large as there is room; colour by its row. Few of
 * them are made larger than their place, so that they are seen. */
function marks(colour, howMany) {
  return (graph, name, context, x, y, seriesColour, pointSize, row) => {
    const [low, high] = graph.yAxisRange(), room = graph.getArea().h / (high - low);
    const size = Math.min(6, Math.max(howMany() < 3000 ? 3 : 1.5, room * 0.8));
    context.fillStyle = colour(row);
    context.fillRect(x - size / 2, y - size / 2, size, size);
  };
}
