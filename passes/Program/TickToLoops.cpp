//===- TickToLoops.cpp - Handlers become one function of loops ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// func.func @NAME(%core): drain the receive ring through `on spike`,
// run `on timer`, which counts the tick. A program may have one handler only: a
// backend that compiles handlers on their own. docs/semantics.md S1 and S4.

#include "compiler/Support/Report.h"
#include "passes/Program/DriveLoop.h"
#include "passes/Program/MapLoops.h"
#include "passes/Program/NeuronLoop.h"
#include "passes/Program/NormalLoop.h"
#include "passes/Program/Passes.h"
#include "passes/Program/RowLoops.h"
#include "passes/Program/RowPipeline.h"
#include "runtime/abi/CoreHeader.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cstddef>

namespace snnc::program {
#define GEN_PASS_DEF_TICKTOLOOPS
#include "passes/Program/Passes.h.inc"

using namespace mlir;
using namespace snnc::tick;
using arith::CmpIPredicate;

namespace {

/// Lowers one program.
class ProgramLowering {
public:
  ProgramLowering(ProgramOp program, uint32_t headerAddress,
                  uint32_t fetchQueue)
      : program(program), builder(program), header(headerAddress),
        fetchQueue(fetchQueue) {}

  LogicalResult run() {
    auto pointer = LLVM::LLVMPointerType::get(program.getContext());
    auto function =
        builder.create<func::FuncOp>(program.getLoc(), program.getSymName(),
                                     builder.getFunctionType({pointer}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    LoopEmitter emitter(builder, program.getLoc(), function.getArgument(0));
    e = &emitter;
    tick = e->load(at(offsetof(SnncCoreHeader, tick)));
    ringBase = loadHeader(offsetof(SnncCoreHeader, ring_base));
    slotBytes = loadHeader(offsetof(SnncCoreHeader, ring_slot_bytes));
    slotMask = e->sub(loadHeader(offsetof(SnncCoreHeader, ring_slots)),
                      e->constant(1));
    for (Operation &op : program.getBody().front()) {
      LogicalResult done =
          llvm::TypeSwitch<Operation *, LogicalResult>(&op)
              .Case<OnOp>([&](OnOp handler) { return lower(handler); })
              .Default([](Operation *o) {
                return report(o, "SNN0395") << "not part of a core program";
              });
      if (failed(done))
        return failure();
    }
    builder.create<func::ReturnOp>(program.getLoc());
    program.erase();
    return success();
  }

private:
  LogicalResult lower(OnOp handler) {
    switch (handler.getEvent()) {
    case Event::Start:
      return success(); // the backend's
    case Event::Spike:
      return lowerOnSpike(handler);
    case Event::Timer:
      return lowerOnTimer(handler);
    }
    return failure();
  }

  Value at(size_t offset) { return e->constant(header + uint32_t(offset)); }
  Value loadHeader(size_t offset) { return e->load(at(offset)); }

  //===--------------------------------------------------------------------===//
  // Spikes
  //===--------------------------------------------------------------------===//

  LogicalResult lowerOnSpike(OnOp handler) {
    ForRowsOp rows;
    handler.walk([&](ForRowsOp op) { rows = op; });
    RingAddOp add;
    NoteOp note;
    if (rows)
      rows.walk([&](RingAddOp op) { add = op; });
    if (rows)
      rows.walk([&](NoteOp op) { note = op; });
    if (!add && !note)
      return success(); // no synapses here
    contiguous = rows.getContiguous();
    exclusive = rows.getExclusive();
    Value table = loadHeader(offsetof(SnncCoreHeader, table_base));
    Value count = loadHeader(offsetof(SnncCoreHeader, table_count));
    Hint hint = createHint();
    HistorySlot history;
    if (note) {
      history = historyOf(*e, header, tick);
      set(hint.noted, history.sources);
    }
    std::optional<RowPipeline> rowPipeline;
    if (add && llvm::any_of(add.getFormats(), isFetched))
      pipeline = &rowPipeline.emplace(*e, header, fetchQueue, restOf(add));
    IntegerAttr behind;
    if (pipeline && pipeline->pending() > 1)
      behind = builder.getI64IntegerAttr(pipeline->pending());
    auto packets =
        builder.create<pe::ForPacketsOp>(handler.getLoc(), e->core, behind);
    Block &body = packets.getBody().emplaceBlock();
    Value key = body.addArgument(builder.getI32Type(), handler.getLoc());
    LogicalResult lowered = success();
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&body);
      if (note)
        lowerNote(key, table, count, hint);
      else if (pipeline)
        lowered = lowerFetching(
            key, body.addArgument(builder.getI1Type(), handler.getLoc()), table,
            count, hint, add);
      else
        lowered = lowerLookup(key, table, count, hint, [&] {
          return lowerEntries(key, table, hint, add);
        });
    }
    if (note)
      closeHistory(*e, history, get(hint.noted));
    pipeline = nullptr;
    return lowered;
  }

  /// The entry of the packet before. Keys of one sender come in a run, so the
  /// table is rarely searched. Variables.
  struct Hint {
    Value entry, first, size;
    Value number; ///< what a key lacks to its source's, without gaps
    Value noted;  ///< parallel: where the next number is noted
  };
  Hint createHint() {
    auto variable = [&] { return e->variable(e->constant(0)); };
    return {variable(), variable(), variable(), variable(), variable()};
  }
  Value get(Value variable) { return e->get(variable); }
  void set(Value variable, Value value) { e->set(variable, value); }

  /// `found` where an entry holds `key`, which is the hint's then.
  LogicalResult lowerLookup(Value key, Value table, Value count,
                            const Hint &hint,
                            llvm::function_ref<LogicalResult()> found) {
    auto within = [&] {
      return e->compare(CmpIPredicate::ult, e->sub(key, get(hint.first)),
                        get(hint.size));
    };
    Value known = e->variable(e->constant(0));
    // A result, so that LLVM goes from the likely side straight to the entries.
    Value holds = e->choose(
        e->likely(within()), [&] { return e->constantBool(true); },
        [&] {
          set(known, e->constant(0));
          search(key, table, count, [&](Value entry) {
            keep(entry, hint);
            set(hint.number,
                e->sub(field(entry, offsetof(SnncTableEntry, first)),
                       field(entry, offsetof(SnncTableEntry, origin))));
            set(known, select(within(), e->constant(1), e->constant(0)));
          });
          return e->compare(CmpIPredicate::ne, get(known), e->constant(0));
        });
    LogicalResult result = success();
    e->ifThen(holds, [&] { result = found(); }, [&] { countUnknown(); });
    return result;
  }

  /// Parallel: the source number goes into this tick's history. The hint only
  /// holds an entry whose keys no other entry has.
  void lowerNote(Value key, Value table, Value count, const Hint &hint) {
    auto note = [&](Value number) {
      Value at = get(hint.noted);
      e->storeNarrow(at, number, 16);
      set(hint.noted, e->add(at, 2));
    };
    auto noteAll = [&](Value entry) {
      keep(entry, hint);
      set(hint.number, e->sub(numberOf(entry), get(hint.first)));
      Value first = get(hint.first), source = e->sub(key, first);
      auto known = e->compare(CmpIPredicate::ult, source, get(hint.size));
      Value several = oneMoreBefore(entry, first, table);
      set(hint.size, select(several, e->constant(0), get(hint.size)));
      e->ifThen(
          known,
          [&] {
            forEntries(entry, first, table, [&](Value same) {
              note(e->add(numberOf(same), source));
            });
          },
          [&] { countUnknown(); });
    };
    e->ifLikely(
        e->compare(CmpIPredicate::ult, e->sub(key, get(hint.first)),
                   get(hint.size)),
        [&] { note(e->add(key, get(hint.number))); },
        [&] {
          set(hint.size, e->constant(0));
          search(key, table, count, noteAll, [&] { countUnknown(); });
        });
  }

  void countUnknown() {
    e->increment(at(offsetof(SnncCoreHeader, unknown_keys)));
  }

  /// Number of the first source of a parallel core's entry.
  Value numberOf(Value entry) {
    return field(entry, offsetof(SnncTableEntry, target));
  }
  Value field(Value entry, size_t offset) {
    return e->load(e->add(entry, uint32_t(offset)));
  }

  void keep(Value entry, const Hint &hint) {
    set(hint.entry, entry);
    set(hint.first, field(entry, offsetof(SnncTableEntry, key_first)));
    set(hint.size, field(entry, offsetof(SnncTableEntry, key_count)));
  }

  /// Binary search for the last entry whose key_first <= key.
  void search(Value key, Value table, Value count,
              llvm::function_ref<void(Value)> found,
              llvm::function_ref<void()> none = {}) {
    auto entryAt = [&](Value i) {
      return e->add(table, e->mul(i, e->constant(sizeof(SnncTableEntry))));
    };
    auto bounds = e->whileLoop(
        {e->constant(0), count},
        [&](ValueRange b) {
          return e->compare(CmpIPredicate::ult, b[0], b[1]);
        },
        [&](ValueRange b) -> llvm::SmallVector<Value> {
          Value middle = e->lshr(e->add(b[0], b[1]), 1);
          Value first = e->load(e->add(
              entryAt(middle), uint32_t(offsetof(SnncTableEntry, key_first))));
          Value below = e->compare(CmpIPredicate::ule, first, key);
          Value low = select(below, e->add(middle, 1), b[0]);
          Value high = select(below, b[1], middle);
          return {low, high};
        });
    e->ifThen(
        e->compare(CmpIPredicate::ne, bounds[0], e->constant(0)),
        [&] { found(entryAt(e->sub(bounds[0], e->constant(1)))); }, none);
  }

  /// The entry before has the same keys. What stands before the table (the
  /// header) may be read, not used.
  Value oneMoreBefore(Value entry, Value first, Value table) {
    Value before = e->sub(entry, e->constant(sizeof(SnncTableEntry)));
    Value same = e->compare(
        CmpIPredicate::eq,
        e->load(e->add(before, offsetof(SnncTableEntry, key_first))), first);
    return e->bitAnd(same, e->compare(CmpIPredicate::ugt, entry, table));
  }

  Value select(Value condition, Value a, Value b) {
    return builder.create<arith::SelectOp>(e->loc, condition, a, b);
  }

  /// The entry and those before it with the same range of keys.
  void forEntries(Value entry, Value first, Value table,
                  llvm::function_ref<void(Value)> body) {
    e->whileLoop(
        {entry},
        [&](ValueRange v) {
          body(v[0]);
          return oneMoreBefore(v[0], first, table);
        },
        [&](ValueRange v) -> llvm::SmallVector<Value> {
          return {e->sub(v[0], e->constant(sizeof(SnncTableEntry)))};
        });
  }

  /// Serial.
  LogicalResult lowerEntries(Value key, Value table, const Hint &hint,
                             RingAddOp add) {
    Value source = sourceOf(key, hint);
    LogicalResult result = success();
    if (exclusive)
      return lowerFormats(add, contextOf(get(hint.entry), source));
    Value first = get(hint.first);
    forEntries(get(hint.entry), first, table, [&](Value entry) {
      result = lowerFormats(add, contextOf(entry, source));
    });
    return result;
  }

  /// Its number in the blocks of the entry: slices are evenly apart.
  Value sourceOf(Value key, const Hint &hint) {
    Value source = e->add(key, get(hint.number));
    if (contiguous)
      return source;
    Value entry = get(hint.entry);
    auto half = [&](size_t offset) {
      return e->loadNarrow(e->add(entry, uint32_t(offset)), 16, false);
    };
    Value k = e->sub(key, field(entry, offsetof(SnncTableEntry, origin)));
    Value slice = e->lshrBy(k, half(offsetof(SnncTableEntry, shift)));
    return e->sub(source, e->mul(slice, half(offsetof(SnncTableEntry, gap))));
  }

  RowContext contextOf(Value entry, Value source) {
    return {entry,
            source,
            tick,
            slotMask,
            slotBytes,
            ringBase,
            loadHeader(offsetof(SnncCoreHeader, n_neurons))};
  }

  static bool isFetched(Attribute format) {
    auto rows = dyn_cast<fabric::RowsAttr>(format);
    return rows && rows.getFormat()->isFetched(rows.getFields());
  }

  /// `lower` for the format of the row's entry, one of those that `wanted`
  /// admits.
  LogicalResult
  forKind(RingAddOp add, const RowContext &row,
          llvm::function_ref<bool(Attribute)> wanted,
          llvm::function_ref<LogicalResult(unsigned kind)> lower) {
    llvm::SmallVector<unsigned> kinds;
    for (auto [k, format] : llvm::enumerate(add.getFormats()))
      if (wanted(format))
        kinds.push_back(unsigned(k));
    if (kinds.size() == 1)
      return lower(kinds.front());
    Value kind = row.field(*e, offsetof(SnncTableEntry, kind));
    LogicalResult result = success();
    std::function<void(llvm::ArrayRef<unsigned>)> choose =
        [&](llvm::ArrayRef<unsigned> of) {
          auto first = [&] {
            if (failed(lower(of.front())))
              result = failure();
          };
          if (of.size() == 1)
            return first();
          e->ifThen(
              e->compare(CmpIPredicate::eq, kind, e->constant(of.front())),
              first, [&] { choose(of.drop_front()); });
        };
    choose(kinds);
    return result;
  }

  LogicalResult lowerFormats(RingAddOp add, const RowContext &row) {
    return forKind(
        add, row, [](Attribute) { return true; },
        [&](unsigned k) { return lowerFormat(add, k, row); });
  }

  /// Rows in DRAM. The turns behind the last packet find no entry, and work on
  /// the rows that are still on their way: their loops stand in the program
  /// once.
  LogicalResult lowerFetching(Value key, Value more, Value table, Value count,
                              const Hint &hint, RingAddOp add) {
    Value zero = e->constant(0);
    Value entry = e->variable(zero), source = e->variable(zero);
    set(entry, zero);
    LogicalResult result = success();
    e->ifThen(more, [&] {
      result = lowerLookup(key, table, count, hint, [&] {
        set(entry, get(hint.entry));
        set(source, sourceOf(key, hint));
        return success();
      });
    });
    auto each = [&](Value at) {
      if (failed(fetch(add, contextOf(at, get(source)), more)))
        result = failure();
    };
    if (exclusive) {
      each(get(entry));
      return result;
    }
    Value another = e->variable(zero);
    e->whileLoop(
        {get(entry)},
        [&](ValueRange v) {
          each(v[0]);
          set(another, zero);
          e->ifThen(e->compare(CmpIPredicate::ne, v[0], zero), [&] {
            set(another, select(oneMoreBefore(v[0], get(hint.first), table),
                                e->constant(1), zero));
          });
          return e->compare(CmpIPredicate::ne, get(another), zero);
        },
        [&](ValueRange v) -> llvm::SmallVector<Value> {
          return {e->sub(v[0], e->constant(sizeof(SnncTableEntry)))};
        });
    return result;
  }

  /// The row of an entry, 0: none. Found by formats, fetched in one place.
  LogicalResult fetch(RingAddOp add, const RowContext &row, Value more) {
    Value zero = e->constant(0);
    Value from = e->variable(zero), bytes = e->variable(zero),
          count = e->variable(zero);
    set(count, select(more, zero, e->constant(1)));
    LogicalResult result = success();
    e->ifThen(e->compare(CmpIPredicate::ne, row.entry, zero), [&] {
      result = forKind(
          add, row, [](Attribute) { return true; },
          [&](unsigned k) {
            Attribute format = add.getFormats()[k];
            if (!isFetched(format))
              return lowerFormat(add, k, row);
            auto rows = cast<fabric::RowsAttr>(format);
            auto place = rows.getFormat()->emitFind(*e, rows.getFields(), row);
            set(from, place.from);
            set(bytes, place.bytes);
            set(count, place.count);
            return success();
          });
    });
    pipeline->push(
        {get(from), get(bytes), get(count)}, row,
        [&](const RowContext &before) {
          if (failed(forKind(add, before, isFetched, [&](unsigned k) {
                return lowerFormat(add, k, before);
              })))
            result = failure();
        });
    return result;
  }

  /// Where fetched rows go on; null where none does.
  RowPipeline::Rest restOf(RingAddOp add) {
    auto goesOn = [](Attribute format) {
      return isFetched(format) &&
             cast<fabric::RowsAttr>(format).getFormat()->hasRest(
                 cast<fabric::RowsAttr>(format).getFields());
    };
    if (llvm::none_of(add.getFormats(), goesOn))
      return {};
    return [this, add, goesOn](const RowContext &row) mutable {
      Value zero = e->constant(0);
      Value from = e->variable(zero), bytes = e->variable(zero),
            count = e->variable(zero);
      // With formats beside those that go on, the kind is asked for.
      bool all = llvm::all_of(add.getFormats(), [&](Attribute format) {
        return !isFetched(format) || goesOn(format);
      });
      Value kind =
          all ? Value()
              : e->load(e->add(row.entry, offsetof(SnncTableEntry, kind)));
      for (auto [k, format] : llvm::enumerate(add.getFormats())) {
        if (!goesOn(format))
          continue;
        auto rows = cast<fabric::RowsAttr>(format);
        auto look = [&] {
          auto rest = rows.getFormat()->emitRest(*e, rows.getFields(), row);
          set(from, rest.from);
          set(bytes, rest.bytes);
          set(count, rest.count);
        };
        if (!kind) {
          look(); // the same for all of a format
          break;
        }
        e->ifThen(e->compare(CmpIPredicate::eq, kind, e->constant(uint32_t(k))),
                  look);
      }
      return fabric::FetchedRow{from, bytes, count};
    };
  }

  LogicalResult lowerFormat(RingAddOp add, unsigned kind,
                            const RowContext &row) {
    Attribute format = add.getFormats()[kind];
    auto joined = add.getJoined();
    RowContext ofFormat = row;
    ofFormat.joined = joined && kind < joined->size() && (*joined)[kind];
    if (succeeded(emitRowLoop(*e, format, ofFormat)))
      return success();
    return report(add, "SNN0396") << "no loop for the row format " << format;
  }

  //===--------------------------------------------------------------------===//
  // Timer
  //===--------------------------------------------------------------------===//

  LogicalResult lowerOnTimer(OnOp handler) {
    neurons = loadHeader(offsetof(SnncCoreHeader, n_neurons));
    bitmap = loadHeader(offsetof(SnncCoreHeader, spikes_base));
    Value words = e->lshr(e->add(neurons, 31), 5);
    bool subordinate = false; // no neurons, no spikes
    handler.walk([&](SendSumsOp) { subordinate = true; });
    if (!subordinate)
      e->forEach(words, [&](Value w) {
        e->store(e->add(bitmap, e->shl(w, 2)), e->constant(0));
      });
    llvm::SmallVector<DrawOp> draws;
    llvm::SmallVector<NormalOp> normals;
    for (Operation &op : handler.getBody().front()) {
      if (auto draw = dyn_cast<DrawOp>(op)) {
        draws.push_back(draw);
      } else if (auto normal = dyn_cast<NormalOp>(op)) {
        normals.push_back(normal);
      } else if (auto loop = dyn_cast<ForNeuronsOp>(op)) {
        if (failed(lowerNeurons(loop, draws, normals)))
          return failure();
      } else if (auto scatter = dyn_cast<ScatterOp>(op)) {
        emitScatter(*e, header, tick, unsigned(scatter.getBits()),
                    unsigned(scatter.getBatch()));
      } else if (auto matmul = dyn_cast<MatmulOp>(op)) {
        if (failed(lowerMatmul(matmul)))
          return failure();
      } else if (auto record = dyn_cast<RecordOp>(op)) {
        lowerRecord(record, words);
      } else {
        return report(&op, "SNN0395") << "not part of a timer handler";
      }
    }
    e->store(at(offsetof(SnncCoreHeader, tick)), e->add(tick, 1));
    return success();
  }

  std::vector<DriveLoop> drivesOf(llvm::ArrayRef<DrawOp> draws) {
    std::vector<DriveLoop> loops;
    for (DrawOp draw : draws)
      loops.emplace_back(*e, draw, header, tick);
    return loops;
  }

  std::vector<NormalLoop> normalsOf(llvm::ArrayRef<NormalOp> normals) {
    std::vector<NormalLoop> loops;
    for (NormalOp normal : normals)
      loops.emplace_back(*e, normal, header, tick);
    return loops;
  }

  LogicalResult lowerNeurons(ForNeuronsOp loop, llvm::ArrayRef<DrawOp> draws,
                             llvm::ArrayRef<NormalOp> normals) {
    Value start = loadHeader(offsetof(SnncCoreHeader, start_tick));
    e->ifThen(e->compare(CmpIPredicate::uge, tick, start), [&] {
      NeuronLoop body(*e, loop, header, bitmap);
      Value slot = e->bitAnd(tick, slotMask);
      Value base = e->add(ringBase, e->mul(slot, slotBytes));
      // Receptors are align4(n) accumulators apart (ringSlotBytes).
      Value apart = e->shl(e->bitAnd(e->add(neurons, 3), ~3u), 2);
      llvm::SmallVector<Value, SNNC_MAX_RECEPTORS> sums{base};
      for (unsigned r = 1; r < SNNC_MAX_RECEPTORS; ++r)
        sums.push_back(e->add(sums.back(), apart));
      for (DriveLoop &drive : drivesOf(draws))
        drive.emit(e->constant(0), neurons, sums);
      for (NormalLoop &normal : normalsOf(normals))
        normal.emit(e->constant(0), neurons);
      body.emit(e->constant(0), neurons, sums, /*clearSums=*/true);
    });
    return success();
  }

  /// Products run one panel ahead of the neurons that need them.
  LogicalResult lowerMatmul(MatmulOp matmul) {
    ForNeuronsOp loop;
    SendSumsOp sums;
    matmul.walk([&](ForNeuronsOp op) { loop = op; });
    matmul.walk([&](SendSumsOp op) { sums = op; });
    PanelLoop panels{unsigned(matmul.getBits()), unsigned(matmul.getBatch()),
                     unsigned(matmul.getReceptors())};
    if (sums) {
      emitPanels(*e, header, tick, panels,
                 [&](Value first, Value end, llvm::ArrayRef<Value> bases) {
                   emitSendSums(*e, header, unsigned(sums.getDigits()),
                                unsigned(sums.getBits()), first, end, bases);
                 });
      return success();
    }
    if (!loop)
      return report(matmul, "SNN0395") << "a matmul without neurons";
    Value start = loadHeader(offsetof(SnncCoreHeader, start_tick));
    Value active = e->compare(CmpIPredicate::uge, tick, start);
    NeuronLoop body(*e, loop, header, bitmap);
    auto draws = matmul.getBody().front().getOps<DrawOp>();
    std::vector<DriveLoop> drives =
        drivesOf(llvm::SmallVector<DrawOp>(draws.begin(), draws.end()));
    std::vector<NormalLoop> normals =
        normalsOf(llvm::to_vector(matmul.getBody().front().getOps<NormalOp>()));
    emitPanels(*e, header, tick, panels,
               [&](Value first, Value end, llvm::ArrayRef<Value> bases) {
                 e->ifThen(active, [&] {
                   for (DriveLoop &drive : drives)
                     drive.emit(first, end, bases);
                   for (NormalLoop &normal : normals)
                     normal.emit(first, end);
                   body.emit(first, end, bases, /*clearSums=*/false);
                 });
               });
    return success();
  }

  //===--------------------------------------------------------------------===//
  // Record window
  //===--------------------------------------------------------------------===//

  void lowerRecord(RecordOp record, Value words) {
    Value flags = loadHeader(offsetof(SnncCoreHeader, record_flags));
    Value zero = e->constant(0);
    auto wants = [&](unsigned bit) {
      return e->compare(CmpIPredicate::ne, e->bitAnd(flags, 1u << bit), zero);
    };
    e->ifThen(e->compare(CmpIPredicate::ne, flags, zero), [&] {
      Value need = select(wants(0), words, zero);
      for (unsigned k = 0; k < record.getStates(); ++k)
        need = e->add(need, select(wants(1 + k), neurons, zero));
      Value cursor = loadHeader(offsetof(SnncCoreHeader, record_cursor));
      Value next = e->add(cursor, e->shl(need, 2));
      Value end = loadHeader(offsetof(SnncCoreHeader, record_end));
      e->ifThen(
          e->compare(CmpIPredicate::ule, next, end),
          [&] {
            Value to = copyIf(wants(0), bitmap, words, cursor);
            for (unsigned k = 0; k < record.getStates(); ++k) {
              Value base = loadHeader(offsetof(SnncCoreHeader, state) + k * 4);
              to = copyIf(wants(1 + k), base, neurons, to);
            }
            e->store(at(offsetof(SnncCoreHeader, record_cursor)), to);
          },
          [&] { e->increment(at(offsetof(SnncCoreHeader, record_overflow))); });
    });
  }

  Value copyIf(Value wanted, Value from, Value words, Value to) {
    Value count = select(wanted, words, e->constant(0));
    e->forEach(count, [&](Value w) {
      Value offset = e->shl(w, 2);
      e->store(e->add(to, offset), e->load(e->add(from, offset)));
    });
    return e->add(to, e->shl(count, 2));
  }

  ProgramOp program;
  OpBuilder builder;
  uint32_t header, fetchQueue;
  LoopEmitter *e = nullptr;
  Value tick, ringBase, slotBytes, slotMask, neurons, bitmap;
  RowPipeline *pipeline = nullptr;            ///< where rows are in DRAM
  bool contiguous = false, exclusive = false; ///< as of tick.for_rows
};

struct TickToLoopsPass : impl::TickToLoopsBase<TickToLoopsPass> {
  using TickToLoopsBase::TickToLoopsBase;
  void runOnOperation() override {
    for (ProgramOp program :
         llvm::make_early_inc_range(getOperation().getOps<ProgramOp>()))
      if (failed(ProgramLowering(program, headerAddress, fetchQueue).run()))
        return signalPassFailure();
  }
};

} // namespace
} // namespace snnc::program
