//===- Python.cpp - The Python of this computer ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Python.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace snnc {

std::optional<int> runPython(const std::vector<std::string> &arguments,
                             bool silent) {
  std::vector<std::string> words = {"python3"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char *> argv;
  for (std::string &word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  std::fflush(stdout);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (silent)
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  int error = ::posix_spawnp(&child, "python3", &actions, nullptr, argv.data(),
                             environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    return std::nullopt;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return std::nullopt;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<bool> pythonModules(const std::vector<std::string> &names) {
  // One bit of the exit code a module; 64 says that it is one.
  std::vector<std::string> words = {
      "-c", "import importlib.util, sys; sys.exit(64 + sum("
            "(importlib.util.find_spec(name) is not None) << i "
            "for i, name in enumerate(sys.argv[1:])))"};
  words.insert(words.end(), names.begin(), names.end());
  int code = runPython(words, /*silent=*/true).value_or(0);
  std::vector<bool> there;
  if (code < 128 && code & 64)
    for (size_t i = 0; i < names.size(); ++i)
      there.push_back(code >> i & 1);
  return there;
}

bool pythonHas(const std::string &module) {
  return pythonModules({module}) == std::vector{true};
}

} // namespace snnc
