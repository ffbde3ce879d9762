"""snntorch_batch.py INPUT.npy MODEL.nir: samples per CPU second of models/digits
as one batch in snnTorch on one thread, then the class of each sample."""

import sys
import time

import h5py
import numpy as np
import snntorch
import torch


def layer(nodes, name, neurons):
    """A linear layer and its neurons, as models/digits/train.py makes them."""
    weights, cells = nodes[name], nodes[neurons]
    linear = torch.nn.Linear(*weights["weight"].shape[::-1])
    linear.weight.data = torch.tensor(weights["weight"][()])
    linear.bias.data = torch.tensor(weights["bias"][()])
    beta = 1 - 1 / cells["r"][()].astype(np.float64)  # r = tau / dt
    return linear, snntorch.Leaky(
        beta=torch.tensor(beta, dtype=torch.float32),
        threshold=torch.tensor(cells["v_threshold"][()],
                               dtype=torch.float32),
        reset_mechanism="zero", reset_delay=False)


def main():
    torch.set_num_threads(1)
    stimulus = torch.from_numpy(np.load(sys.argv[1]).astype(np.float32))
    with h5py.File(sys.argv[2]) as file:  # nir 1.0.4 knows no v_reset
        nodes = file["node/nodes"]
        layers = [layer(nodes, "fc1", "hidden"),
                  layer(nodes, "fc2", "readout")]
    begin = time.process_time()
    with torch.no_grad():
        states = [None, None]
        votes = 0
        for t in range(stimulus.shape[1]):
            values = stimulus[:, t]
            for i, (linear, cells) in enumerate(layers):
                current = linear(values)
                if states[i] is None:
                    states[i] = torch.zeros_like(current)
                values, states[i] = cells(current, states[i])
            votes = votes + values
    taken = time.process_time() - begin
    print(len(stimulus) / taken, *votes.argmax(1).tolist())


if __name__ == "__main__":
    main()
