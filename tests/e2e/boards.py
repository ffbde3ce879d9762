"""A network of two layers for machines whose chips have one PE each."""

import json

NETWORK = """network: {name: net, dt: 1 ms, seed: 3}
inputs: {stim: {size: 20, kind: poisson, rate: 100 Hz}}
populations:
  a: {size: 300, model: lif, params: {alpha: 0.9, threshold: 1.0}, rate: 20 Hz}
  b: {size: 200, model: lif, params: {alpha: 0.9, threshold: 1.0}, rate: 20 Hz}
projections:
  - {from: stim, to: a, connector: {fixed_probability: 0.3}, weight: 0.4}
  - {from: a, to: b, connector: {fixed_probability: 0.1}, weight: 0.2}
"""
MACHINE = json.dumps({"schema": 1, "base": "spinnaker2-48", "name": "few",
                      "pes": {"list": [[7, 6, 0]]}})
