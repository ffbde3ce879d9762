// Puts the page together, and again when another bundle or other colours are asked for.
'use strict';

function header() {
  const s = subject(), head = make('header', {}, make('h1', {}, s.network),
    make('p', {class: 'muted'}, `${s.file} for ${s.machine}, ${plural(total(s, 'neurons'), 'neuron')}, ` +
      `${plural(total(s, 'synapses'), 'synapse')}; compiled by snnc ${s.compiler}`));
  if (page.subjects.length > 1)
    head.append(make('fieldset', {}, make('legend', {class: 'muted'}, 'Pictures below are of'),
      page.subjects.map((other, i) => make('label', {}, make('input', {type: 'radio', name: 'subject', id: `subject-${i}`,
        checked: i === page.shown, change: () => { page.shown = i; render(); document.getElementById(`subject-${i}`).focus(); }}),
        ' ' + label(other)))));
  return head;
}

function render() {
  for (const chart of page.charts) chart.destroy();
  page.charts = [];
  const s = subject(), parts = [summarySection()];
  if (page.subjects.length > 1) parts.push(compareSection());
  const plan = new Floorplan();
  page.plan = plan;
  parts.push(plan.element, memorySection());
  if (measuredColumn('mean')) parts.push(loadSection());
  if (s.results) parts.push(activitySection());
  parts.push(routesSection(), weightsSection(), choicesSection());
  const head = header();
  head.append(make('nav', {'aria-label': 'Parts of this report'}, parts.map(part =>
    make('a', {href: '#' + part.id}, part.querySelector('h2').textContent))));
  for (const old of document.querySelectorAll('body > header, body > main, body > footer')) old.remove();
  document.body.append(head, make('main', {}, parts),
    make('footer', {}, make('p', {class: 'muted'}, 'Made by snnc report. Charts: dygraphs 2 (MIT licence).')));
  plan.draw();
}

render();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', render);
performance.mark('interactive');
