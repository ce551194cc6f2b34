package io.github.gmem4j.cli;

import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.cli.probing.Host;
import io.github.gmem4j.cli.probing.HostJson;
import io.github.gmem4j.cli.probing.HostText;
import java.io.PrintWriter;
import java.util.function.Function;

/**
 * {@code gmem probe}: what this host's KVM can do, and what of this library is usable here.
 *
 * @param out where the tables go
 * @param err where the reason goes if there are none
 * @param access this host's KVM
 */
record ProbeCommand(PrintWriter out, PrintWriter err, KvmAccess access) {
  int text() {
    return show(HostText::of);
  }

  int json() {
    return show(HostJson::of);
  }

  private int show(Function<Host, String> form) {
    return switch (access) {
      case KvmAccess.Refused refused -> none(refused.reason());
      case KvmAccess.Granted(Kvm kvm) -> {
        try (kvm) {
          out.print(form.apply(Host.look(kvm)));
          yield ExitCode.GOOD;
        } catch (KernelException e) {
          yield none(String.valueOf(e.getMessage()));
        }
      }
    };
  }

  private int none(String reason) {
    err.println("gmem: " + reason);
    return ExitCode.CHECK_FAILED;
  }
}
