//===- EquationHints.cpp - Other languages' spellings ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/EquationHints.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace snnc::yaml {

static bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

static std::string trimmed(const std::string &text) {
  size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos)
    return "";
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

/// A hint is read, not run: long equations are left out of it.
static std::string quoted(const std::string &text) {
  return fmt::format("write '{}'", text);
}

static bool isName(const std::string &text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), isNameCharacter);
}

std::vector<std::string> hintsOnAssignment(const std::string &text, double dt) {
  size_t equals = text.find('=');
  if (equals == std::string::npos)
    return {"write the name that gets the value first, as in 'v = v * 0.9 + "
            "input'"};
  std::string left = trimmed(text.substr(0, equals));
  std::string right = trimmed(text.substr(equals + 1));
  // Brian2 writes ": volt" after an equation.
  right = trimmed(right.substr(0, right.find(" : ")));
  if (right.size() > 200)
    right = "...";
  if (left.size() > 1) {
    char op = left.back();
    std::string name = trimmed(left.substr(0, left.size() - 1));
    if (isName(name) && std::string("+-*/").find(op) != std::string::npos)
      return {quoted(fmt::format("{} = {} {} ({})", name, name, op, right))};
    if (isName(name) && op == ':')
      return {quoted(fmt::format("{} = {}", name, right))};
  }
  std::string name;
  if (left.starts_with("d") && left.ends_with("/dt"))
    name = trimmed(left.substr(1, left.size() - 4));
  else if (left.ends_with("'"))
    name = trimmed(left.substr(0, left.size() - 1));
  if (isName(name))
    return {quoted(fmt::format("{} = {} + {:g} * ({})", name, name, dt, right)),
            fmt::format("an equation gives the next tick's value; that is one "
                        "Euler step of dt = {:g}",
                        dt)};
  return {};
}

static size_t spacesAt(const std::string &text, size_t at) {
  size_t end = std::min(text.find_first_not_of(' ', at), text.size());
  return end - at;
}

/// The operand that begins at `at`: a number, a name, a call or brackets.
static std::string operandAt(const std::string &text, size_t at) {
  while (at < text.size() && text[at] == ' ')
    ++at;
  size_t end = at;
  if (end < text.size() && text[end] == '-')
    ++end;
  while (end < text.size() && (isNameCharacter(text[end]) || text[end] == '.'))
    ++end;
  if (end < text.size() && text[end] == '(')
    for (int depth = 0; end < text.size();) {
      depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
      ++end;
      if (depth == 0)
        break;
    }
  return text.substr(at, end - at);
}

std::vector<std::string> hintsOnOperator(const std::string &text, size_t at,
                                         size_t begin) {
  auto starts = [&](const char *token) {
    return text.compare(at, std::char_traits<char>::length(token), token) == 0;
  };
  bool stars = starts("**");
  if (stars || starts("^")) {
    std::string base = trimmed(text.substr(begin, at - begin));
    std::string power = operandAt(text, at + (stars ? 2 : 1));
    std::string whole = trimmed(text.substr(
        begin, at - begin + (stars ? 2 : 1) +
                   spacesAt(text, at + (stars ? 2 : 1)) + power.size()));
    if (base.size() + power.size() > 200)
      return {"pow(x, 2) is the power with a constant exponent"};
    bool constant = !power.empty() && power.find_first_not_of("-.0123456789") ==
                                          std::string::npos;
    return {constant ? fmt::format("write `pow({0}, {1})` for `{2}`", base,
                                   power, whole)
                     : fmt::format("write `exp(({1}) * log({0}))` for `{2}`",
                                   base, power, whole)};
  }
  if (starts("&&") || starts("&"))
    return {"write 'and'"};
  if (starts("||") || starts("|"))
    return {"write 'or'"};
  if (starts("!") || starts("~"))
    return {"write 'not', as in 'not v > 1'"};
  if (starts("="))
    return {"conditions compare with '==', an equation assigns once"};
  if (starts(";"))
    return {"an equation ends without ';'; several are items of a list"};
  if (starts("if"))
    return {"write where(condition, a, b)"};
  if (starts("%"))
    return {"there is no remainder; a counter can go back by where(n >= 10, 0, "
            "n)"};
  if (starts(":"))
    return {"equations have no units and no types after ':'"};
  if (starts("["))
    return {"states have no index; every neuron has its own"};
  if (starts("<") || starts(">"))
    return {"compare two at a time: a < b and b < c"};
  return {};
}

std::vector<std::string> hintsOnFunction(const std::string &text, size_t begin,
                                         const std::string &name) {
  // "x" stands for the argument.
  static const std::map<std::string, std::string> known = {
      {"ln", "log(x)"},
      {"log10", "(log(x) * 0.43429448)"},
      {"log2", "(log(x) * 1.442695)"},
      {"exp2", "exp(x * 0.6931472)"},
      {"square", "pow(x, 2)"},
      {"relu", "max(x, 0)"},
      {"heaviside", "where(x > 0, 1, 0)"},
      {"step", "where(x > 0, 1, 0)"},
      {"sign", "(where(x > 0, 1, 0) - where(x < 0, 1, 0))"},
      {"sigmoid", "(1 / (1 + exp(-(x))))"},
      {"tanh", "(1 - 2 / (exp(2 * (x)) + 1))"},
      {"sinh", "((exp(x) - exp(-(x))) / 2)"},
      {"cosh", "((exp(x) + exp(-(x))) / 2)"},
      {"expm1", "(exp(x) - 1)"},
      {"log1p", "log(1 + x)"},
      {"fabs", "abs(x)"},
      {"int", "where(x, 1, 0)"},
      {"float", "where(x, 1, 0)"},
      {"bool", "(x != 0)"}};
  static const std::map<std::string, std::string> renamed = {
      {"maximum", "max"}, {"minimum", "min"}, {"fmax", "max"},
      {"fmin", "min"},    {"power", "pow"},   {"select", "where"},
      {"if", "where"},    {"ifelse", "where"}};
  if (name == "randn" || name == "gauss" || name == "gaussian")
    return {"normal() is a standard normal number, drawn in each tick"};
  if (auto other = renamed.find(name); other != renamed.end())
    return {fmt::format("write {} instead of {}", other->second, name)};
  if (name == "clip" || name == "clamp")
    return {"write min(max(x, low), high)"};
  if (name.starts_with("rand"))
    return {"normal() is the only draw, a standard normal number in each tick; "
            "spikes are drawn by inputs and drives of kind poisson"};
  auto it = known.find(name);
  if (it == known.end())
    return {};
  std::string call = operandAt(text, begin);
  size_t open = call.find('(');
  std::string argument =
      open == std::string::npos || call.size() > 200 || !call.ends_with(')')
          ? "x"
          : call.substr(open + 1, call.size() - open - 2);
  std::string result;
  for (size_t i = 0; i < it->second.size(); ++i) {
    bool alone =
        it->second[i] == 'x' &&
        (i == 0 || !isNameCharacter(it->second[i - 1])) &&
        (i + 1 == it->second.size() || !isNameCharacter(it->second[i + 1]));
    result += alone ? argument : std::string(1, it->second[i]);
  }
  return {fmt::format("write {}", result)};
}

std::vector<std::string> hintsOnName(const std::string &name) {
  static const std::vector<std::string> units = {
      "ms", "s",  "us", "second", "mV", "volt", "pA",  "nA",
      "nS", "uS", "pF", "nF",     "Hz", "kHz",  "ohm", "Mohm"};
  if (std::find(units.begin(), units.end(), name) != units.end())
    return {"equations have no units: leave it out, times count in the unit of "
            "dt"};
  if (name == "xi" || name.starts_with("xi_"))
    return {fmt::format("write sqrt(dt) * normal() for {} * dt: a standard "
                        "normal number, drawn in each tick",
                        name)};
  if (name == "normal")
    return {"write normal()"};
  if (name == "dt")
    return {"give dt as a parameter, or write its number"};
  if (name == "np" || name == "math" || name == "torch" || name == "numpy")
    return {fmt::format("write the function without '{}.'", name)};
  if (name == "True" || name == "true")
    return {"write 1 == 1"};
  if (name == "False" || name == "false")
    return {"write 1 == 0"};
  return {};
}

std::vector<std::string> hintsOnQuotes(const Node &node) {
  if (!node.isMap() || node.mapSize() != 1 || !node.value(0)->isScalar() ||
      node.key(0).text.size() + node.value(0)->text.size() > 400)
    return {"put it in quotes"};
  return {fmt::format("YAML reads ': ' as a map; put it in quotes: '{} : {}'",
                      node.key(0).text, node.value(0)->text)};
}

} // namespace snnc::yaml
