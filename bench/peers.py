"""The population evaluated in JAX, told what to do line by line by peers.mjs: its peer, on the same masks and batches.

Usage: peers.py FOLDER, which holds spec.json and raw little-endian files. Reads "<formulation> <level>" from standard
input; answers with the microseconds that one evaluation took and the scores.
"""

import json
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

folder = Path(sys.argv[1])
spec = json.loads((folder / "spec.json").read_text())
images = np.fromfile(folder / "pixels", "<f4").reshape(spec["batch"], 28, 28, 1)
labels = np.fromfile(folder / "labels", "u1").astype(np.int32)
weights = np.fromfile(folder / "weights", "<f4").reshape(spec["population"], -1)
masks = np.fromfile(folder / "masks", "u1").reshape(-1, weights.shape[1])


def tensors(flat):
    return {
        tensor["path"]: flat[tensor["offset"] : tensor["offset"] + tensor["size"]].reshape(tensor["shape"])
        for tensor in spec["tensors"]
    }


def pooled_convolution(x, parameters, name):
    dimensions = ("NHWC", "HWIO", "NHWC")
    x = jax.lax.conv_general_dilated(x, parameters[name + "/kernel"], (1, 1), "SAME", dimension_numbers=dimensions)
    x = jax.nn.relu(x + parameters[name + "/bias"])
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def score(flat, pixels, classes):
    """Mean log-likelihood of one candidate on the batch."""
    parameters = tensors(flat)
    x = pooled_convolution(pixels, parameters, "Conv_0")
    x = pooled_convolution(x, parameters, "Conv_1")
    x = x.reshape(x.shape[0], -1) @ parameters["Dense_0/kernel"] + parameters["Dense_0/bias"]
    return jnp.take_along_axis(jax.nn.log_softmax(x), classes[:, None], axis=1).mean()


formulations = {
    "vmap": jax.jit(lambda rows, x, y: jax.vmap(lambda flat: score(flat, x, y))(rows)),
    "map": jax.jit(lambda rows, x, y: jax.lax.map(lambda flat: score(flat, x, y), rows)),
}
device_images, device_labels = jnp.asarray(images), jnp.asarray(labels)
population = [jnp.asarray(weights * mask) for mask in masks]

for name, evaluate in formulations.items():
    evaluate(population[0], device_images, device_labels).block_until_ready()
print(json.dumps({"jax": jax.__version__, "formulations": list(formulations)}), flush=True)

for line in sys.stdin:
    name, level = line.split()
    start = time.perf_counter()
    scores = formulations[name](population[int(level)], device_images, device_labels).block_until_ready()
    microseconds = (time.perf_counter() - start) * 1e6
    print(json.dumps({"microseconds": microseconds, "scores": np.asarray(scores).tolist()}), flush=True)
