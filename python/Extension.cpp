//===- Extension.cpp - The Python module snnc._snnc -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tools/snnc/api/Api.h for Python, one to one; python/snnc/*.py makes it
// convenient. Long calls run in a thread of their own, without the
// interpreter's lock, while the calling thread looks at signals: Ctrl-C becomes
// KeyboardInterrupt, ends a run between two ticks and a compilation between two
// passes.
//
//===----------------------------------------------------------------------===//

#include "tools/snnc/api/Api.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace nb = nanobind;
namespace api = snnc::api;
using namespace nb::literals;
using snnc::runtime::ArrayMap;
using snnc::runtime::DType;
using snnc::runtime::NdArray;

namespace {

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

struct Kind {
  DType dtype;
  nb::dlpack::dtype numpy;
};

constexpr auto of(nb::dlpack::dtype_code code, unsigned bits) {
  return nb::dlpack::dtype{uint8_t(code), uint8_t(bits), 1};
}

const Kind kinds[] = {
    {DType::U8, of(nb::dlpack::dtype_code::UInt, 8)},
    {DType::I8, of(nb::dlpack::dtype_code::Int, 8)},
    {DType::U16, of(nb::dlpack::dtype_code::UInt, 16)},
    {DType::I16, of(nb::dlpack::dtype_code::Int, 16)},
    {DType::U32, of(nb::dlpack::dtype_code::UInt, 32)},
    {DType::I32, of(nb::dlpack::dtype_code::Int, 32)},
    {DType::U64, of(nb::dlpack::dtype_code::UInt, 64)},
    {DType::I64, of(nb::dlpack::dtype_code::Int, 64)},
    {DType::F32, of(nb::dlpack::dtype_code::Float, 32)},
    {DType::F64, of(nb::dlpack::dtype_code::Float, 64)},
    {DType::Bool, of(nb::dlpack::dtype_code::Bool, 8)},
};

using AnyArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

/// A copy: the caller may change its array while a run goes on.
NdArray copyOf(const AnyArray &array) {
  for (const Kind &kind : kinds) {
    if (kind.numpy != array.dtype())
      continue;
    NdArray copy{{}, kind.dtype, {}};
    for (size_t axis = 0; axis < array.ndim(); ++axis)
      copy.shape.push_back(array.shape(axis));
    auto *bytes = static_cast<const std::byte *>(array.data());
    copy.bytes.assign(bytes, bytes + array.nbytes());
    return copy;
  }
  throw nb::type_error("arrays hold integers, floats of 32 or 64 bits, or "
                       "booleans");
}

ArrayMap copyOf(const nb::dict &arrays) {
  ArrayMap map;
  for (auto [name, array] : arrays)
    map[nb::cast<std::string>(name)] = copyOf(nb::cast<AnyArray>(array));
  return map;
}

/// Without a copy: the NumPy array owns the bytes.
nb::object toNumpy(NdArray array) {
  auto *kept = new NdArray(std::move(array));
  nb::capsule owner(kept,
                    [](void *p) noexcept { delete static_cast<NdArray *>(p); });
  std::vector<size_t> shape(kept->shape.begin(), kept->shape.end());
  for (const Kind &kind : kinds)
    if (kind.dtype == kept->dtype)
      return nb::cast(nb::ndarray<nb::numpy>(kept->bytes.data(), shape.size(),
                                             shape.data(), owner, nullptr,
                                             kind.numpy));
  throw nb::type_error("an array of an unknown type");
}

nb::dict toNumpy(ArrayMap arrays) {
  nb::dict all;
  for (auto &[name, array] : arrays)
    all[name.c_str()] = toNumpy(std::move(array));
  return all;
}

/// "population:spikes" to (shape, uint32 [spikes x 2] of tick and neuron, ends
/// of the samples).
nb::dict toPython(snnc::runtime::SpikeLists lists) {
  nb::dict all;
  for (auto &[name, list] : lists) {
    NdArray ends = NdArray::of<uint64_t>({list.ends.size()}, list.ends);
    all[name.c_str()] = nb::make_tuple(nb::tuple(nb::cast(list.shape)),
                                       toNumpy(std::move(list.spikes)),
                                       toNumpy(std::move(ends)));
  }
  return all;
}

snnc::runtime::SpikeLists listsOf(const nb::dict &lists) {
  snnc::runtime::SpikeLists all;
  for (auto [name, list] : lists) {
    auto [shape, spikes, ends] =
        nb::cast<std::tuple<std::vector<uint64_t>, AnyArray, AnyArray>>(list);
    NdArray numbers = copyOf(ends);
    if (numbers.dtype != DType::U64)
      throw nb::type_error("ends of samples are uint64");
    auto values = numbers.as<uint64_t>();
    all[nb::cast<std::string>(name)] = {
        shape, copyOf(spikes), {values.begin(), values.end()}};
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Long calls
//===----------------------------------------------------------------------===//

using Progress = std::optional<nb::callable>;

/// What the thread that works and the one that waits share.
template <typename Result> struct Call {
  std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;
  /// May hold an object of Python: it goes with the call, in a thread of
  /// Python.
  std::function<Result(const api::Watch &)> work;
  std::optional<Result> result;
  std::exception_ptr failure;
  std::atomic<bool> stopped = false;
  std::atomic<uint64_t> done = 0, total = 0;

  void operator()() {
    auto watch = [this](uint64_t now, uint64_t all) {
      done = now;
      total = all;
      return !stopped;
    };
    try {
      result = work(watch);
    } catch (...) {
      failure = std::current_exception();
    }
    if (stopped) // nobody wants it
      result.reset();
    std::lock_guard lock(mutex);
    finished = true;
    changed.notify_all();
  }
  /// Whether it has finished, after 20 ms at most.
  bool wait() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(20),
                            [this] { return finished; });
  }
};

/// Threads that nobody waits for any more. What joins one needs no lock of the
/// interpreter, which the end of a call may ask for.
class Leftovers {
public:
  static Leftovers &all() {
    static auto *one = new Leftovers; // never destroyed, as in Gate.cpp
    return *one;
  }
  void add(std::thread thread, std::function<bool()> hasFinished) {
    std::lock_guard lock(mutex);
    std::erase_if(threads, [](Thread &old) {
      if (!old.hasFinished())
        return false;
      old.thread.join();
      return true;
    });
    threads.push_back({std::move(thread), std::move(hasFinished)});
  }
  /// Joins one that has finished, or looks again in 20 ms; whether none is
  /// left.
  bool joinOne() {
    std::unique_lock lock(mutex);
    if (threads.empty())
      return true;
    Thread last = std::move(threads.back());
    threads.pop_back();
    if (last.hasFinished())
      last.thread.join();
    else
      threads.push_back(std::move(last));
    return threads.empty();
  }
  /// In a child, which has none of them.
  void forget() { new (this) Leftovers; }

private:
  struct Thread {
    std::thread thread;
    std::function<bool()> hasFinished; ///< waits up to 20 ms
  };
  std::mutex mutex;
  std::vector<Thread> threads;
};

/// What an interrupted call waits for. A run ends with its tick, compiling with
/// a pass; both own all that they use, and are left to it if it takes longer.
enum class Ending { Awaited, Left };

/// Runs `work(watch)` without the interpreter's lock. Signals are handled while
/// it goes on, and `progress(done, total)` called ten times a second; what
/// either raises ends the work and is raised here.
template <typename Work>
auto away(Work work, Ending ending, const Progress &progress = {}) {
  using Result = decltype(work(std::declval<const api::Watch &>()));
  auto call = std::make_shared<Call<Result>>();
  call->work = std::move(work);
  std::exception_ptr raised;
  std::thread thread;
  try {
    thread = std::thread([call] { (*call)(); });
  } catch (const std::system_error &) { // no more threads: here, then
    nb::gil_scoped_release release;
    (*call)();
  }
  using Clock = std::chrono::steady_clock;
  Clock::time_point told = Clock::now(), leave = Clock::time_point::max();
  auto look = [&] { // with the interpreter's lock
    try {
      if (PyErr_CheckSignals() != 0)
        throw nb::python_error();
      uint64_t total = call->total;
      if (progress && total > 0 &&
          Clock::now() - told >= std::chrono::milliseconds(100)) {
        told = Clock::now();
        (*progress)(uint64_t(call->done), total);
      }
    } catch (...) {
      raised = std::current_exception();
      call->stopped = true;
      if (ending == Ending::Left)
        leave = Clock::now() + std::chrono::milliseconds(300);
    }
  };
  bool finished = !thread.joinable();
  while (!finished && Clock::now() < leave) {
    {
      nb::gil_scoped_release release;
      finished = call->wait();
    }
    if (!finished && !raised)
      look();
  }
  if (thread.joinable()) {
    nb::gil_scoped_release release;
    if (finished)
      thread.join();
    else
      Leftovers::all().add(std::move(thread), [call] { return call->wait(); });
  }
  if (!raised && PyErr_CheckSignals() != 0)
    throw nb::python_error();
  if (raised)
    std::rethrow_exception(raised);
  if (call->failure)
    std::rethrow_exception(call->failure);
  return std::move(*call->result);
}

/// For `seconds` at most; whether none is left. Signals are handled meanwhile.
bool joinLeftovers(std::optional<double> seconds) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = Clock::now();
  for (;;) {
    {
      nb::gil_scoped_release release;
      if (Leftovers::all().joinOne())
        return true;
    }
    if (PyErr_CheckSignals() != 0)
      throw nb::python_error();
    if (seconds &&
        Clock::now() - begin >= std::chrono::duration<double>(*seconds))
      return false;
  }
}

/// The process ends while they still work, which must not see what static
/// destructors destroy: whoever registers last is called first, before them.
void abandonLeftovers() {
  api::removeUnfinished(); // for an end by a signal
  ::on_exit(
      [](int status, void *) {
        std::fflush(nullptr);
        api::removeUnfinished();
        ::_exit(status);
      },
      nullptr);
}

/// A program takes the compiler's locks when it goes; whoever holds them may be
/// waiting for the interpreter's.
std::shared_ptr<api::Program> released(std::shared_ptr<api::Program> program) {
  if (!program)
    return nullptr;
  auto *raw = program.get();
  return {raw, [program = std::move(program)](api::Program *) mutable {
            if (PyGILState_GetThisThreadState()) { // one of Python's threads
              nb::gil_scoped_acquire held;
              nb::gil_scoped_release release;
              program.reset();
            } else {
              program.reset();
            }
          }};
}

} // namespace

NB_MODULE(_snnc, m) {
  nb::set_leak_warnings(
      false); // of objects that daemon threads hold at the end
  m.doc() = "The compiled part of snnc: the verbs of the command as functions.";

  nb::class_<api::Finding>(m, "Finding",
                           "One finding about a network or a run.")
      .def_ro("code", &api::Finding::code, "Stable code, such as 'SNN0354'.")
      .def_ro("severity", &api::Finding::severity,
              "'note', 'warning' or 'error'.")
      .def_ro("file", &api::Finding::file)
      .def_ro("node", &api::Finding::node, "Node or name in the network.")
      .def_ro("line", &api::Finding::line, "1-based; 0: not known.")
      .def_ro("column", &api::Finding::column, "1-based; 0: not known.")
      .def_ro("message", &api::Finding::message)
      .def_ro("notes", &api::Finding::notes, "Facts.")
      .def_ro("hints", &api::Finding::hints, "Changes that would help.")
      .def("__str__", [](const api::Finding &f) { return f.text; })
      .def("__repr__", [](const api::Finding &f) {
        return "<Finding " + f.code + " " + f.severity + ">";
      });

  nb::class_<api::Outcome>(m, "Outcome", "What every call has to say.")
      .def_ro("findings", &api::Outcome::findings)
      .def_ro("exit_code", &api::Outcome::exitCode,
              "How the command would have ended.")
      .def("failed", &api::Outcome::failed);
  nb::class_<api::Checked, api::Outcome>(m, "Checked")
      .def_ro("json", &api::Checked::json);
  nb::class_<api::Code>(m, "Code",
                        "Machine code of neuron models, which networks share.")
      .def(
          "__init__",
          [](api::Code *place, bool keepsDrawn) {
            new (place) api::Code(api::makeCode(keepsDrawn));
          },
          "keeps_drawn"_a = false);
  nb::class_<api::Ran, api::Outcome>(m, "Ran")
      .def(
          "take_arrays",
          [](api::Ran &ran) {
            ArrayMap arrays = std::move(ran.arrays);
            ran.arrays.clear();
            return toNumpy(std::move(arrays));
          },
          "The recordings, once: the arrays own them from then on.")
      .def(
          "take_lists",
          [](api::Ran &ran) {
            auto lists = std::move(ran.lists);
            ran.lists.clear();
            return toPython(std::move(lists));
          },
          "Spikes of runs whose rasters would be large, once: name to (shape, "
          "uint32 rows of tick and neuron, ends of the samples).")
      .def_ro("samples", &api::Ran::samples)
      .def_ro("ticks", &api::Ran::ticks)
      .def_ro("json", &api::Ran::json);
  nb::class_<api::Divergence>(m, "Divergence",
                              "The first place where a population differs.")
      .def_ro("sample", &api::Divergence::sample)
      .def_ro("tick", &api::Divergence::tick)
      .def_ro("population", &api::Divergence::population)
      .def_ro("neuron", &api::Divergence::neuron)
      .def_ro("variable", &api::Divergence::variable)
      .def_ro("a", &api::Divergence::a)
      .def_ro("b", &api::Divergence::b)
      .def("__str__", [](const api::Divergence &d) { return d.text; })
      .def("__repr__",
           [](const api::Divergence &d) { return "<" + d.text + ">"; });
  nb::class_<api::Compared, api::Outcome>(m, "Compared")
      .def_ro("arrays", &api::Compared::arrays)
      .def_ro("layers", &api::Compared::layers)
      .def_ro("first", &api::Compared::first);

  nb::class_<api::Synapses, api::Outcome>(m, "Synapses")
      .def("take_arrays", [](api::Synapses &synapses) {
        return toNumpy(std::move(synapses.arrays));
      });

  nb::class_<api::Program>(m, "Program")
      .def("describe", &api::Program::describe)
      .def("report", &api::Program::report)
      .def(
          "save",
          [](const api::Program &program, const std::string &path) {
            return away([&](const api::Watch &) { return program.save(path); },
                        Ending::Awaited);
          },
          "path"_a)
      .def(
          "run",
          [](std::shared_ptr<api::Program> program, const api::Words &words,
             const nb::dict &inputs, const Progress &progress,
             uint64_t rasterBytes) {
            return away(
                [program = std::move(program), words, arrays = copyOf(inputs),
                 rasterBytes](const api::Watch &watch) mutable {
                  return program->run(words, std::move(arrays), watch,
                                      rasterBytes);
                },
                Ending::Left, progress);
          },
          "words"_a, "inputs"_a, "progress"_a = nb::none(),
          "raster_bytes"_a = api::maxRasterBytes)
      .def(
          "compare",
          [](const api::Program &program, const nb::dict &a,
             const nb::dict &lists_a, const nb::dict &b,
             const nb::dict &lists_b) {
            ArrayMap first = copyOf(a), second = copyOf(b);
            auto ofFirst = listsOf(lists_a), ofSecond = listsOf(lists_b);
            return away(
                [&](const api::Watch &) {
                  return program.compare(first, ofFirst, second, ofSecond);
                },
                Ending::Awaited);
          },
          "a"_a, "lists_a"_a, "b"_a, "lists_b"_a);

  nb::class_<api::Opened, api::Outcome>(m, "Opened")
      .def_ro("program", &api::Opened::program);

  m.def(
      "check",
      [](const std::string &file, const std::optional<std::string> &text,
         const api::Words &words) {
        return away(
            [file, text, words](const api::Watch &watch) {
              return api::check({file, text}, words, watch);
            },
            Ending::Left);
      },
      "file"_a, "text"_a.none(), "words"_a);
  m.def(
      "open",
      [](const std::string &file, const std::optional<std::string> &text,
         const api::Words &words, const nb::dict &inputs,
         const api::Code &code) {
        api::Opened opened = away(
            [file, text, words, arrays = copyOf(inputs),
             code](const api::Watch &watch) {
              return api::open({file, text}, words, arrays, code, watch);
            },
            Ending::Left);
        opened.program = released(std::move(opened.program));
        return opened;
      },
      "file"_a, "text"_a.none(), "words"_a, "inputs"_a, "code"_a);
  m.def(
      "synapses",
      [](const std::string &file, const std::optional<std::string> &text,
         const api::Words &words, const std::string &projection) {
        return away(
            [file, text, words, projection](const api::Watch &watch) {
              return api::synapses({file, text}, words, projection, watch);
            },
            Ending::Left);
      },
      "file"_a, "text"_a.none(), "words"_a, "projection"_a);
  m.def("machines", &api::machines);
  m.def("backends", &api::backends, nb::call_guard<nb::gil_scoped_release>());
  m.def("version", &api::version);
  m.def("explain", &api::explain, "code"_a);
  m.def("before_fork", &api::beforeFork,
        nb::call_guard<nb::gil_scoped_release>());
  m.def("after_fork_in_parent", &api::afterForkInParent);
  m.def("after_fork_in_child", [] {
    api::afterForkInChild();
    Leftovers::all().forget();
  });
  m.def("join_leftovers", &joinLeftovers, "seconds"_a = nb::none(),
        "Waits for compilations that an exception left behind; whether none is "
        "left.");
  m.def("abandon_leftovers", &abandonLeftovers,
        "The process will end without them.");
}
