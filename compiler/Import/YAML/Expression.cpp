//===- Expression.cpp - Equations become operations -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Expression.h"

#include "compiler/Import/YAML/EquationHints.h"
#include "compiler/Import/YAML/LiteralValues.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

namespace {

constexpr unsigned kDeepest = 100;
constexpr size_t kLongest = 65536;

class Parser {
public:
  Parser(const Node &node, size_t begin, const Scope &scope, Normal normal,
         OpBuilder &builder, Location loc, Reader &reader)
      : node(node), text(node.text), at(begin), scope(scope), normal(normal),
        b(loc, builder), reader(reader) {}

  Value run() {
    if (text.size() > kLongest)
      return fail("SNN1009", at,
                  "the equation is longer than 65536 characters");
    Value value = expression(0);
    if (value && peek() != 0)
      return fail("SNN1009", at,
                  fmt::format("'{}' is not expected here", tokenAt(at)),
                  hintsOnOperator(text, at, operand));
    return value;
  }

private:
  Value fail(DiagnosticCode code, size_t where, std::string message,
             std::vector<std::string> hints = {}) {
    reader.errorInside(node, where, code, std::move(message), std::move(hints));
    return nullptr;
  }

  //===--------------------------------------------------------------------===//
  // Characters
  //===--------------------------------------------------------------------===//

  char peek() {
    while (at < text.size() &&
           std::isspace(static_cast<unsigned char>(text[at])))
      ++at;
    return at < text.size() ? text[at] : 0;
  }
  bool accept(llvm::StringRef token) {
    peek();
    if (!llvm::StringRef(text).substr(at).starts_with(token))
      return false;
    bool isWord = std::isalpha(static_cast<unsigned char>(token[0]));
    size_t end = at + token.size();
    if (isWord && end < text.size() && isNameCharacter(text[end]))
      return false;
    at = end;
    return true;
  }
  /// A character of any language, or a pair such as && and **.
  std::string tokenAt(size_t where) const {
    size_t end = where + 1;
    while (end < text.size() && (uint8_t(text[end]) & 0xC0) == 0x80)
      ++end;
    if (end < text.size() && text[end] == text[where] &&
        llvm::StringRef("&|*=<>").contains(text[where]))
      ++end;
    return text.substr(where, end - where);
  }
  bool expect(llvm::StringRef token) {
    if (accept(token))
      return true;
    if (at < text.size()) {
      fail("SNN1009", at,
           fmt::format("'{}' is expected here, found '{}'", token.str(),
                       tokenAt(at)),
           hintsOnOperator(text, at, operand));
      return false;
    }
    std::vector<std::string> hints;
    if (!node.quoted)
      hints.push_back("in [...] YAML ends an item at a comma, and at ': ' it "
                      "begins a map: put the equation in quotes");
    fail("SNN1009", at, fmt::format("'{}' is missing at the end", token.str()),
         hints);
    return false;
  }
  static bool isNameCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  }

  //===--------------------------------------------------------------------===//
  // Types
  //===--------------------------------------------------------------------===//

  /// Null and an error unless a number (or, with `bit`, a condition).
  Value typed(Value value, size_t where, bool bit) {
    if (!value || value.getType().isInteger(1) == bit)
      return value;
    return bit ? fail("SNN1010", where,
                      "a condition is expected here, this is "
                      "a number",
                      {"compare it, for example x > 0"})
               : fail("SNN1010", where,
                      "a number is expected here, this is a "
                      "condition",
                      {"where(condition, 1, 0) makes it one"});
  }
  /// Null and an error where literals alone, from `begin` on, are no number.
  Value finite(Value value, size_t begin) {
    std::string problem = value ? literals.note(value) : "";
    if (problem.empty())
      return value;
    size_t end = at;
    for (; end > begin && text[end - 1] == ' '; --end)
      ;
    for (; begin < end && text[begin] == ' '; ++begin)
      ;
    return fail(
        "SNN1009", begin,
        fmt::format("'{}' is no finite number: {}",
                    text.substr(begin, std::min<size_t>(end - begin, 60)),
                    problem),
        {"write the number that is meant"});
  }
  Value literal(double value) {
    return b.create<arith::ConstantOp>(b.getF32FloatAttr(float(value)));
  }
  static std::optional<double> constantOf(Value value) {
    if (auto negated = value.getDefiningOp<arith::NegFOp>()) {
      auto inner = constantOf(negated.getOperand());
      return inner ? std::optional(-*inner) : std::nullopt;
    }
    FloatAttr attr;
    if (matchPattern(value, m_Constant(&attr)))
      return attr.getValueAsDouble();
    return std::nullopt;
  }

  //===--------------------------------------------------------------------===//
  // Grammar
  //===--------------------------------------------------------------------===//

  Value expression(unsigned depth) {
    if (depth > kDeepest)
      return fail("SNN1009", at, "nested more than 100 levels deep");
    size_t begin = at;
    Value first = disjunction(depth);
    if (!first || !accept("?"))
      return first;
    size_t middle = at;
    Value yes = expression(depth + 1);
    if (!yes || !expect(":"))
      return nullptr;
    Value no = expression(depth + 1);
    return no ? select(typed(first, begin, true), yes, no, middle) : nullptr;
  }

  Value select(Value condition, Value yes, Value no, size_t where) {
    if (!condition)
      return nullptr;
    if (yes.getType() != no.getType())
      return fail("SNN1010", where,
                  "one choice is a number, the other a "
                  "condition");
    return b.create<arith::SelectOp>(condition, yes, no);
  }

  template <typename OpTy>
  Value chain(llvm::StringRef token, unsigned depth,
              Value (Parser::*next)(unsigned)) {
    size_t begin = at;
    Value left = (this->*next)(depth);
    while (left && accept(token)) {
      size_t middle = at;
      Value right = (this->*next)(depth);
      left = typed(left, begin, true);
      right = typed(right, middle, true);
      if (!left || !right)
        return nullptr;
      left = b.create<OpTy>(left, right);
    }
    return left;
  }
  Value disjunction(unsigned depth) {
    return chain<arith::OrIOp>("or", depth, &Parser::conjunction);
  }
  Value conjunction(unsigned depth) {
    return chain<arith::AndIOp>("and", depth, &Parser::negation);
  }
  Value negation(unsigned depth) {
    if (depth > kDeepest)
      return fail("SNN1009", at, "nested more than 100 levels deep");
    if (!accept("not"))
      return comparison(depth);
    size_t begin = at;
    Value value = typed(negation(depth + 1), begin, true);
    if (!value)
      return nullptr;
    Value one = b.create<arith::ConstantOp>(b.getBoolAttr(true));
    return b.create<arith::XOrIOp>(value, one);
  }

  Value comparison(unsigned depth) {
    using P = arith::CmpFPredicate;
    static constexpr std::pair<const char *, P> operators[] = {
        {"<=", P::OLE}, {">=", P::OGE}, {"==", P::OEQ},
        {"!=", P::UNE}, {"<", P::OLT},  {">", P::OGT}};
    size_t begin = at;
    Value left = sum(depth);
    for (auto [token, predicate] : operators) {
      if (!left || !accept(token))
        continue;
      size_t middle = at;
      Value right = typed(sum(depth), middle, false);
      left = typed(left, begin, false);
      if (!left || !right)
        return nullptr;
      return b.create<arith::CmpFOp>(predicate, left, right);
    }
    return left;
  }

  Value sum(unsigned depth) {
    size_t begin = at;
    Value left = product(depth);
    while (left) {
      bool plus = accept("+");
      if (!plus && !accept("-"))
        return left;
      size_t middle = at;
      Value right = typed(product(depth), middle, false);
      left = typed(left, begin, false);
      if (!left || !right)
        return nullptr;
      left = plus ? Value(b.create<arith::AddFOp>(left, right))
                  : Value(b.create<arith::SubFOp>(left, right));
      left = finite(left, begin);
    }
    return left;
  }

  Value product(unsigned depth) {
    size_t begin = at;
    Value left = unary(depth);
    while (left) {
      bool times = accept("*");
      if (times && peek() == '*')
        return fail("SNN1009", at - 1, "'**' is not an operator",
                    hintsOnOperator(text, at - 1, operand));
      if (!times && !accept("/"))
        return left;
      size_t middle = at;
      Value right = typed(unary(depth), middle, false);
      left = typed(left, begin, false);
      if (!left || !right)
        return nullptr;
      left = times ? Value(b.create<arith::MulFOp>(left, right))
                   : Value(b.create<arith::DivFOp>(left, right));
      left = finite(left, begin);
    }
    return left;
  }

  Value unary(unsigned depth) {
    if (depth > kDeepest)
      return fail("SNN1009", at, "nested more than 100 levels deep");
    if (!accept("-"))
      return primary(depth);
    size_t begin = at;
    if (std::isdigit(static_cast<unsigned char>(peek())))
      return number(-1);
    Value value = typed(unary(depth + 1), begin, false);
    return value ? finite(b.create<arith::NegFOp>(value), begin) : nullptr;
  }

  Value number(int sign) {
    size_t begin = at;
    while (at < text.size() && (isNameCharacter(text[at]) || text[at] == '.' ||
                                ((text[at] == '+' || text[at] == '-') &&
                                 (text[at - 1] == 'e' || text[at - 1] == 'E'))))
      ++at;
    llvm::StringRef digits(text.data() + begin, at - begin);
    // One rounding, decimal to float32.
    llvm::APFloat value(llvm::APFloat::IEEEsingle());
    auto status =
        value.convertFromString(digits, llvm::APFloat::rmNearestTiesToEven);
    // LLVM's reader also takes "1e" and hexadecimal numbers.
    double decimal = 0;
    bool isDecimal =
        std::from_chars(digits.begin(), digits.end(), decimal).ptr ==
        digits.end();
    if (!status || !isDecimal) {
      llvm::consumeError(status.takeError());
      return fail("SNN1009", begin,
                  fmt::format("'{}' is not a number", digits.str()));
    }
    if (!value.isFinite())
      return fail("SNN1009", begin,
                  fmt::format("'{}' is beyond float32", digits.str()));
    if (sign < 0)
      value.changeSign();
    return b.create<arith::ConstantOp>(FloatAttr::get(b.getF32Type(), value));
  }

  Value primary(unsigned depth) {
    peek();
    size_t begin = at;
    Value value = primaryAt(begin, depth);
    operand = begin;
    return value;
  }
  Value primaryAt(size_t begin, unsigned depth) {
    char c = peek();
    if (c == '(') {
      ++at;
      Value value = expression(depth + 1);
      return value && expect(")") ? value : nullptr;
    }
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.')
      return number(1);
    if (!isNameCharacter(c))
      return fail("SNN1009", at,
                  c ? fmt::format("a number or a name is expected here, found "
                                  "'{}'",
                                  tokenAt(at))
                    : "the equation ends too early",
                  c ? hintsOnOperator(text, at, operand)
                    : std::vector<std::string>{});
    while (at < text.size() && isNameCharacter(text[at]))
      ++at;
    std::string name = text.substr(begin, at - begin);
    if (peek() == '(')
      return call(name, begin, depth);
    auto it = scope.find(name);
    return it != scope.end() ? it->second : unknownName(name, begin);
  }

  Value unknownName(const std::string &name, size_t begin) {
    std::vector<std::string> known, hints;
    for (const auto &entry : scope)
      known.push_back(entry.getKey().str());
    std::sort(known.begin(), known.end());
    hints = hintsOnName(name);
    for (const std::string &near : nearestNames(name, known, 1))
      hints.push_back(fmt::format("did you mean '{}'?", near));
    std::string all;
    for (const std::string &one : known)
      if (all.size() < 200)
        all += (all.empty() ? "" : ", ") + one;
    hints.push_back("names here: " + all + (all.size() < 200 ? "" : ", ..."));
    return fail("SNN1010", begin,
                fmt::format("there is no '{}' here", name.substr(0, 60)),
                hints);
  }

  Value call(const std::string &name, size_t begin, unsigned depth) {
    static const std::vector<std::pair<std::string, unsigned>> functions = {
        {"min", 2}, {"max", 2}, {"abs", 1},   {"sqrt", 1},  {"exp", 1},
        {"log", 1}, {"pow", 2}, {"where", 3}, {"normal", 0}};
    auto known = std::find_if(functions.begin(), functions.end(),
                              [&](auto &f) { return f.first == name; });
    if (known == functions.end())
      return unknownFunction(name, begin, functions);
    expect("(");
    if (name == "normal")
      return drawn();
    SmallVector<Value, 3> args;
    SmallVector<size_t, 3> starts;
    for (unsigned i = 0; i < known->second; ++i) {
      if (i && !expect(","))
        return nullptr;
      peek();
      starts.push_back(at);
      args.push_back(expression(depth + 1));
      bool condition = name == "where" && i == 0;
      if (name != "where" || condition)
        args.back() = typed(args.back(), starts.back(), condition);
      if (!args.back())
        return nullptr;
    }
    return expect(")") ? finite(apply(name, args, starts), begin) : nullptr;
  }

  Value drawn() {
    if (accept(")"))
      return normal();
    return fail("SNN1009", at,
                "normal() has mean 0 and deviation 1, nothing "
                "stands in its brackets",
                {"write mean + std * normal()"});
  }

  Value unknownFunction(
      const std::string &name, size_t begin,
      const std::vector<std::pair<std::string, unsigned>> &functions) {
    std::vector<std::string> names, hints;
    for (const auto &[function, arity] : functions)
      names.push_back(function);
    hints = hintsOnFunction(text, begin, name);
    for (const std::string &near : nearestNames(name, names, 1))
      hints.push_back(fmt::format("did you mean '{}'?", near));
    hints.push_back("functions: min, max, abs, sqrt, exp, log, pow, where, "
                    "normal");
    return fail("SNN1010", begin,
                fmt::format("there is no function '{}'", name.substr(0, 60)),
                hints);
  }

  Value apply(const std::string &name, ArrayRef<Value> args,
              ArrayRef<size_t> starts) {
    if (name == "min")
      return b.create<arith::MinimumFOp>(args[0], args[1]);
    if (name == "max")
      return b.create<arith::MaximumFOp>(args[0], args[1]);
    if (name == "abs")
      return b.create<math::AbsFOp>(args[0]);
    if (name == "sqrt")
      return b.create<math::SqrtOp>(args[0]);
    if (name == "exp")
      return b.create<math::ExpOp>(args[0]);
    if (name == "log")
      return b.create<math::LogOp>(args[0]);
    if (name == "where")
      return select(args[0], args[1], args[2], starts[1]);
    return power(args[0], args[1], starts[1]);
  }

  Value power(Value x, Value exponent, size_t where) {
    auto n = constantOf(exponent);
    if (!n)
      return fail("SNN1010", where,
                  "the exponent of pow is a number written "
                  "here",
                  {"write exp(y * log(x))"});
    if (*n == 0.5)
      return b.create<math::SqrtOp>(x);
    if (*n != std::floor(*n) || std::abs(*n) > 16 || *n == 0)
      return b.create<math::ExpOp>(b.create<arith::MulFOp>(
          literal(*n), b.create<math::LogOp>(x).getResult()));
    Value result = x;
    for (int i = 1; i < int(std::abs(*n)); ++i)
      result = b.create<arith::MulFOp>(result, x);
    if (*n < 0)
      result = b.create<arith::DivFOp>(literal(1), result);
    return result;
  }

  LiteralValues literals;
  const Node &node;
  const std::string &text;
  size_t at;
  size_t operand = 0; ///< where the last number, name or bracket begins
  const Scope &scope;
  Normal normal;
  ImplicitLocOpBuilder b;
  Reader &reader;
};

} // namespace

Value emitExpression(const Node &node, size_t begin, const Scope &scope,
                     Normal normal, OpBuilder &builder, Location loc,
                     Reader &reader) {
  return Parser(node, begin, scope, normal, builder, loc, reader).run();
}

} // namespace snnc::yaml
