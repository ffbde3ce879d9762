"""Makes a trained torch network exportable: every BatchNorm goes into the Linear
or convolution before it, every Dropout goes. NIR has neither, and in evaluation
neither is more than a factor and an offset per channel.

    net = fold(net.eval())      # in place; then the framework's export call

Works on torch.nn.Sequential, nested ones too. A network that calls its layers
in a forward() of its own folds pair by pair: fold_pair(self.conv1, self.bn1),
and leaves bn1 out of forward()."""

import torch
from torch import nn

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def fold_pair(layer, norm):
    """`layer` becomes norm(layer(.)) as in evaluation."""
    if norm.running_var is None:
        raise ValueError(f"{norm} keeps no running statistics: train with "
                         "track_running_stats=True")
    with torch.no_grad():
        factor = 1 / torch.sqrt(norm.running_var.double() + norm.eps)
        if norm.affine:
            factor *= norm.weight.double()
        offset = -norm.running_mean.double() * factor
        if norm.affine:
            offset += norm.bias.double()
        if layer.bias is not None:
            offset += layer.bias.double() * factor
        # Outputs are the first axis of a weight, or there is one per channel.
        shape = [-1] + [1] * (layer.weight.dim() - 1)
        weight = layer.weight.double() * factor.reshape(shape)
        layer.weight.data = weight.to(layer.weight.dtype)
        layer.bias = nn.Parameter(offset.to(layer.weight.dtype))
    return layer


def fold(net):
    """`net`, changed in place; ValueError names what cannot be folded."""
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            fold_sequence(module)
    for name, module in net.named_modules():
        if "BatchNorm" in type(module).__name__:
            raise ValueError(f"'{name}' ({type(module).__name__}) does not come "
                             "right after a Linear or a convolution of a "
                             "Sequential: see fold_pair")
    return net


def fold_sequence(sequence):
    kept = []
    for layer in sequence:
        if "Dropout" in type(layer).__name__:
            continue
        if isinstance(layer, NORMS) and kept and isinstance(kept[-1], WEIGHTED):
            fold_pair(kept[-1], layer)
        else:
            kept.append(layer)
    while len(sequence):
        del sequence[-1]
    for layer in kept:
        sequence.append(layer)
