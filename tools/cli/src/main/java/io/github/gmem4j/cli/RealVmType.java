package io.github.gmem4j.cli;

import io.github.gmem4j.api.vm.VmType;

/** The VM types that can be named on the command line: those that a real kernel launches. */
enum RealVmType {
  /** Private memory without any hardware behind it. */
  SW_PROTECTED,
  /** An ordinary VM. */
  DEFAULT;

  VmType type() {
    return switch (this) {
      case SW_PROTECTED -> VmType.SW_PROTECTED;
      case DEFAULT -> VmType.DEFAULT;
    };
  }
}
