"""lit configuration: IR tests beside the source tree's mirror in tests/."""

import os

import lit.formats

config.name = "snnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "unit", "fuzz", "install", "lint"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.snnc_lit_exec_root

path = [config.snnc_bin_dir, config.llvm_tools_dir, os.environ.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
# A leak in a tool under AddressSanitizer is a failure, so options travel.
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

opt = os.path.join(config.snnc_bin_dir, "snnc-opt")
# Every input once more through text and bytecode.
if os.environ.get("SNNC_LIT_ROUNDTRIP") == "1":
    opt += " --verify-roundtrip"
config.substitutions.append((r"(?<![-\w/])snnc-opt(?![-\w])", opt))
config.substitutions.append(
    (r"(?<![-\w/])snnc(?![-\w])", os.path.join(config.snnc_bin_dir, "snnc"))
)
config.substitutions.append(("%repo", config.snnc_source_dir))

shared = os.environ.get(
    "SNNC_SHARED_DATA",
    os.path.join(config.snnc_source_dir, "..", "shared", "data"),
)
if os.path.isdir(shared):
    config.available_features.add("shared-data")
elif "SNNC_SHARED_DATA" in os.environ:
    lit_config.fatal(f"no test data at {shared}, where SNNC_SHARED_DATA says")
else:
    lit_config.note("no test data: tests that need it are skipped; set "
                    "SNNC_SHARED_DATA")
config.substitutions.append(("%shared_data", os.path.abspath(shared)))

# Tests of the command wait for the command: a tree that builds without it
# (only the optimizer) still runs the rest.
if os.path.exists(os.path.join(config.snnc_bin_dir, "snnc")):
    config.available_features.add("snnc")
