"""The network of the tests of long runs (stream_test, tests/faults/resumes.py)."""

# Delays of all kinds, drives of all kinds; several encodings of rows.
NETWORK = """
network: {{name: long, dt: 0.1 ms, seed: 4}}
inputs:
  x: {{size: {x}, kind: poisson, rate: 90 Hz}}
populations:
  p: {{size: {p}, model: iaf_psc_exp}}
  q: {{size: {q}, model: iaf_psc_delta}}
drives:
  one: {{to: p, kind: poisson, rate: 500 Hz, sources: 9, weight: 50 pA, delay: 0.3 ms}}
  two: {{to: q, kind: poisson, rate: 100 Hz, sources: 90, weight: 1 mV}}
projections:
  - {{from: x, to: p, connector: {{fixed_probability: 0.1}}, weight: 20 pA, delay: {{dist: uniform_int, low: 1, high: 40}}}}
  - {{from: p, to: q, connector: {{fixed_probability: 0.1}}, weight: 0.2 mV, delay: {{dist: uniform_int, low: 3, high: 60}}}}
  - {{from: q, to: p, connector: {{fixed_probability: 0.3}}, weight: -5 pA, delay: 1.5 ms}}
"""


def network(x, p, q):
    """YAML of the network with populations of these sizes."""
    return NETWORK.format(x=x, p=p, q=q)
