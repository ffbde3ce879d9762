"""sinabs_batch.py INPUT.npy MODEL.nir: samples per CPU second of a batch in
Sinabs on one thread, then the class of each sample."""

import sys
import time

import nir
import numpy as np
import torch
from sinabs.nir import from_nir


def main():
    torch.set_num_threads(1)
    stimulus = torch.from_numpy(np.load(sys.argv[1]).astype(np.float32))
    samples, ticks = stimulus.shape[:2]
    model = from_nir(nir.read(sys.argv[2]), batch_size=samples)
    begin = time.process_time()
    with torch.no_grad():
        out = model(stimulus.flatten(0, 1))
    taken = time.process_time() - begin
    spikes = out[0] if isinstance(out, tuple) else out
    votes = spikes.reshape(samples, ticks, -1).sum(1).argmax(1)
    print(samples / taken, *votes.tolist())


if __name__ == "__main__":
    main()
