//===- Page.cpp - snnc report ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Page/Page.h"

#include "runtime/io/ArrayFile.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"
#include "tools/snnc/OptionTable.h"
#include "tools/snnc/Page/PageData.h"
#include "tools/snnc/Runner.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <openssl/evp.h>

namespace snnc {

using nlohmann::json;

void addPageReport(CLI::App &app, PageOptions &o) {
  CLI::App *c = app.add_subcommand(
      "report", "Make one HTML file of a bundle and what it did");
  c->add_option("bundle", o.bundle, "Bundle (.s2x)")
      ->required()
      ->type_name(fileType({".s2x"}));
  c->add_option("results", o.results, "What `snnc run` of it wrote with -o")
      ->type_name(fileType({".npz", ".h5"}));
  c->add_option("-o,--output", o.output, "Page (default: BUNDLE.html)")
      ->type_name(fileType({".html"}));
  auto *compare = c->add_option("--compare", o.other,
                                "Another bundle: the page shows what differs")
                      ->type_name(fileType({".s2x"}));
  c->add_option("--compare-results", o.otherResults, "Results of that one")
      ->needs(compare)
      ->type_name(fileType({".npz", ".h5"}));
  c->footer("Examples:\n"
            "  snnc report digits.s2x -o digits.html\n"
            "  snnc report digits.s2x out.npz -o digits.html\n"
            "  snnc report new.s2x --compare old.s2x -o what-changed.html");
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

/// As a Content-Security-Policy names a script: 'sha256-...'.
static std::string policyHash(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  unsigned char base64[EVP_MAX_MD_SIZE * 2];
  int length = EVP_EncodeBlock(base64, digest, int(size));
  return fmt::format(
      "'sha256-{}'",
      std::string_view(reinterpret_cast<char *>(base64), size_t(length)));
}

/// JSON that no HTML parser sees an end in: '<' is written as its escape. What
/// is not ASCII, too.
static std::string dataText(const json &data) {
  std::string plain = data.dump(-1, ' ', true, json::error_handler_t::replace);
  std::string safe;
  safe.reserve(plain.size());
  for (char c : plain)
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  return safe;
}

static std::string escapeHtml(const std::string &text) {
  std::string safe;
  for (char c : safeText(text))
    switch (c) {
    case '&':
      safe += "&amp;";
      break;
    case '<':
      safe += "&lt;";
      break;
    case '"':
      safe += "&quot;";
      break;
    default:
      safe += c;
    }
  return safe;
}

std::string pageOf(const json &data, const std::string &title) {
  std::string styles, scripts, hashes;
  for (const PageFile &style : pageStyles())
    styles += fmt::format("<style>\n{}</style>\n", style.text);
  for (const PageFile &script : pageScripts()) {
    scripts += fmt::format("<script>{}</script>\n", script.text);
    hashes += " " + policyHash(script.text);
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
      "'none'; style-src 'unsafe-inline'; img-src data:; script-src{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n{}</head>\n<body>\n"
      "<noscript>This report draws its pictures with scripts of its own; "
      "`snnc inspect` prints the same numbers.</noscript>\n"
      "<script type=\"application/json\" id=\"data\">{}</script>\n{}"
      "</body>\n</html>\n",
      hashes, escapeHtml(title), styles, dataText(data), scripts);
}

//===----------------------------------------------------------------------===//
// The command
//===----------------------------------------------------------------------===//

/// What the page says of one bundle; nothing after an error in `sink`.
static std::optional<json> subjectOf(const std::string &file,
                                     const std::string &results,
                                     DiagnosticSink &sink) {
  auto bundle = runtime::Bundle::read(file, &sink);
  if (!bundle) {
    Diagnostic error = bundle.takeError();
    auto zip = looksLikeBundle(file);
    if (error.code == "SNN0501" && zip && !*zip)
      error.hints = {fmt::format("report shows bundles; of a network file, "
                                 "`snnc compile {} -o OUT.s2x` makes one",
                                 file)};
    sink.report(std::move(error));
    return std::nullopt;
  }
  json page = page::describeBundle(**bundle);
  page["file"] = std::filesystem::path(file).filename().string();
  page["routes"] = page::describeRoutes(**bundle);
  page::addNetwork(**bundle, page);
  if (results.empty())
    return page;
  runtime::InputOptions input;
  input.dtSeconds = (*bundle)->manifest.dtSeconds;
  auto arrays = runtime::readArrays(results, input);
  auto shown =
      arrays ? page::describeResults(*arrays, (*bundle)->manifest, results)
             : Expected<json>(arrays.takeError());
  if (!shown) {
    sink.report(shown.takeError());
    return std::nullopt;
  }
  page["results"] = std::move(*shown);
  page["results"]["file"] = std::filesystem::path(results).filename().string();
  return page;
}

int runPageReport(const PageOptions &options, DiagnosticSink &sink) {
  std::string output =
      options.output.empty()
          ? std::filesystem::path(options.bundle).stem().string() + ".html"
          : options.output;
  std::string inputs[] = {options.bundle, options.results, options.other,
                          options.otherResults};
  if (Status s = checkOutput(output, inputs); !s) {
    sink.report(s.takeError());
    return kExitInput;
  }
  json subjects = json::array();
  for (auto [bundle, results] :
       {std::pair(options.bundle, options.results),
        std::pair(options.other, options.otherResults)})
    if (!bundle.empty()) {
      auto subject = subjectOf(bundle, results, sink);
      if (!subject)
        return kExitInput;
      subjects.push_back(std::move(*subject));
    }
  std::string title = subjects[0]["file"].get<std::string>() + " - snnc report";
  Status written =
      writeFileAtomically(output, pageOf({{"subjects", subjects}}, title));
  if (!written) {
    sink.report(written.takeError());
    return kExitInput;
  }
  return kExitOk;
}

} // namespace snnc
