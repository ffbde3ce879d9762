//===- Tick.cpp - The tick dialect ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tick/Tick.h"

#include "runtime/abi/CoreHeader.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace snnc::tick;

#include "compiler/Tick/TickDialect.cpp.inc"

#include "compiler/Tick/TickEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/Tick/TickAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "compiler/Tick/TickTypes.cpp.inc"

#define GET_OP_CLASSES
#include "compiler/Tick/TickOps.cpp.inc"

/// A loop's body has one argument: what it stands at.
static LogicalResult verifyArgument(Operation *op, Type type) {
  Block &body = op->getRegion(0).front();
  if (body.getNumArguments() == 1 && body.getArgument(0).getType() == type)
    return success();
  return op->emitOpError("needs one block argument of type ") << type;
}

LogicalResult OnOp::verifyRegions() {
  if (getEvent() != Event::Spike) {
    if (getBody().getNumArguments())
      return emitOpError("takes no block arguments");
    return success();
  }
  if (failed(verifyArgument(*this, IntegerType::get(getContext(), 32))))
    return failure();
  auto loops = getBody().front().getOps<ForRowsOp>();
  if (llvm::range_size(loops) > 1)
    return (*std::next(loops.begin()))
        .emitOpError("is the second of its handler; a key's rows are gone "
                     "through once");
  return success();
}

LogicalResult ProgramOp::verifyRegions() {
  unsigned seen = 0;
  for (OnOp handler : getBody().getOps<OnOp>()) {
    unsigned bit = 1u << unsigned(handler.getEvent());
    if (seen & bit)
      return handler.emitOpError("is the second handler of ")
             << stringifyEvent(handler.getEvent());
    seen |= bit;
  }
  return success();
}

LogicalResult ForRowsOp::verifyRegions() {
  if (failed(verifyArgument(*this, RowType::get(getContext()))))
    return failure();
  Operation *first = nullptr;
  for (Operation &op : getBody().front()) {
    if (!isa<RingAddOp, NoteOp>(op))
      continue;
    if (first)
      return op.emitOpError("is the second use of a row; the first is ")
             << first->getName();
    first = &op;
  }
  if (!first)
    return emitOpError("needs a tick.ring_add or a tick.note");
  return success();
}

LogicalResult RingAddOp::verify() {
  if (getFormats().empty())
    return emitOpError("needs at least one format");
  if (auto joined = getJoined();
      joined && size_t(joined->size()) != getFormats().size())
    return emitOpError("says of ")
           << joined->size() << " formats whether they are joined and has "
           << getFormats().size();
  return success();
}

LogicalResult ForNeuronsOp::verifyRegions() {
  return verifyArgument(*this, IntegerType::get(getContext(), 32));
}

/// As long as the header's tables (runtime/abi/CoreHeader.h).
static LogicalResult verifyBelow(Operation *op, const char *what, int64_t value,
                                 int64_t end) {
  if (value >= 0 && value < end)
    return success();
  return op->emitOpError("names ")
         << what << " " << value << "; a core has " << end;
}

LogicalResult RingTakeOp::verify() {
  return verifyBelow(*this, "receptor", getReceptor(), SNNC_MAX_RECEPTORS);
}

LogicalResult LoadStateOp::verify() {
  return verifyBelow(*this, "state", getState(), SNNC_MAX_STATES);
}

LogicalResult StoreStateOp::verify() {
  return verifyBelow(*this, "state", getState(), SNNC_MAX_STATES);
}

LogicalResult ParamOp::verify() {
  return verifyBelow(*this, "parameter", getIndex(), SNNC_MAX_PARAMS);
}

/// What is drawn is there before the neurons take it.
static LogicalResult verifyBeforeNeurons(Operation *op, const char *does) {
  auto handler = dyn_cast_or_null<OnOp>(op->getParentOp());
  if (!isa_and_nonnull<MatmulOp>(op->getParentOp()) &&
      !(handler && handler.getEvent() == Event::Timer))
    return op->emitOpError("stands beside neurons, in a timer handler or a "
                           "tick.matmul");
  auto isNeurons = [](Operation *other) { return isa<ForNeuronsOp>(other); };
  Operation *next = op->getNextNode();
  while (next && !isNeurons(next))
    next = next->getNextNode();
  if (next)
    return success();
  return op->emitOpError("has no tick.for_neurons behind it, which would take "
                         "what it ")
         << does;
}

LogicalResult DrawOp::verify() {
  if (failed(verifyBeforeNeurons(*this, "adds")))
    return failure();
  if (failed(verifyBelow(*this, "drive", getDrive(), SNNC_MAX_DRIVES)))
    return failure();
  return verifyBelow(*this, "receptor", getReceptor(), SNNC_MAX_RECEPTORS);
}

LogicalResult NormalOp::verify() {
  if (failed(verifyBeforeNeurons(*this, "draws")))
    return failure();
  if (getAt() < 0 || getAt() % 4 != 0)
    return emitOpError("has its record at ")
           << getAt() << ", not a whole number of words behind the drives";
  return verifyBelow(*this, "parameter", getParam(), SNNC_MAX_PARAMS);
}

LogicalResult RecordOp::verify() {
  int64_t states = getStates();
  if (states >= 0 && states <= SNNC_MAX_STATES)
    return success();
  return emitOpError("records ")
         << states << " states; a core has " << SNNC_MAX_STATES;
}

static LogicalResult verifyProduct(Operation *op, int64_t bits, int64_t batch) {
  if (bits != 8 && bits != 16)
    return op->emitOpError("takes 8 or 16 bits, not ") << bits;
  if (batch >= 1)
    return success();
  return op->emitOpError("needs a batch of at least 1, not ") << batch;
}

LogicalResult ScatterOp::verify() {
  return verifyProduct(*this, getBits(), getBatch());
}

LogicalResult MatmulOp::verifyRegions() {
  if (failed(verifyProduct(*this, getBits(), getBatch())))
    return failure();
  if (getReceptors() < 1 || getReceptors() > SNNC_MAX_RECEPTORS)
    return emitOpError("is of ")
           << getReceptors() << " receptors; a core has 1 to "
           << SNNC_MAX_RECEPTORS;
  Block &body = getBody().front();
  unsigned works = 0;
  for (Operation &op : body) {
    works += isa<ForNeuronsOp, SendSumsOp>(op);
    if (!isa<ForNeuronsOp, SendSumsOp, DrawOp, NormalOp>(op))
      works = 2;
  }
  if (works != 1)
    return emitOpError("holds one tick.for_neurons or one tick.send_sums");
  if (auto sums = dyn_cast<SendSumsOp>(body.front());
      sums && sums.getReceptors() != getReceptors())
    return sums.emitOpError("is of ")
           << sums.getReceptors() << " receptors, the products of "
           << getReceptors();
  // A tile has sums for so many receptors and no more.
  for (DrawOp draw : body.getOps<DrawOp>())
    if (draw.getReceptor() >= getReceptors())
      return draw.emitOpError("names receptor ")
             << draw.getReceptor() << ", the products have " << getReceptors();
  WalkResult taken = getBody().walk([&](RingTakeOp take) {
    if (take.getReceptor() < getReceptors())
      return WalkResult::advance();
    take.emitOpError("names receptor ")
        << take.getReceptor() << ", the products have " << getReceptors();
    return WalkResult::interrupt();
  });
  return failure(taken.wasInterrupted());
}

LogicalResult SendSumsOp::verify() {
  if (getDigits() < 1 || getDigits() > 2)
    return emitOpError("sends 1 or 2 digits a sum, not ") << getDigits();
  if (getBits() >= 1 && getBits() <= 24)
    return success();
  return emitOpError("sends digits of 1 to 24 bits, not ") << getBits();
}

template <Event event>
static ParseResult parseHandler(OpAsmParser &parser, OperationState &state) {
  MLIRContext *context = parser.getContext();
  state.name = OperationName(OnOp::getOperationName(), context);
  state.addAttribute("event", EventAttr::get(context, event));
  Region *body = state.addRegion();
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.parseRegion(*body))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

/// The handlers' old spellings.
std::optional<Dialect::ParseOpHook>
TickDialect::getParseOperationHook(StringRef name) const {
  if (name == "tick.on_start")
    return parseHandler<Event::Start>;
  if (name == "tick.on_spike")
    return parseHandler<Event::Spike>;
  if (name == "tick.on_timer")
    return parseHandler<Event::Timer>;
  return Dialect::getParseOperationHook(name);
}

void TickDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/Tick/TickOps.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "compiler/Tick/TickTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/Tick/TickAttributes.cpp.inc"
      >();
}
