package io.github.gmem4j.cli.probing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.ConversionTrial;
import io.github.gmem4j.backend.kvm.probe.Finding;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the findings mean for this library. Nothing is asked of the host here. */
final class Uses {
  private Uses() {}

  /** Returns everything that one may want to use, in the order of need. */
  static List<Use> on(Host host) {
    return List.of(
        use("guest memory: create, map, punch", host, Uses::memory),
        use("guest memory bound to a slot", host, seen -> seen.found().binding()),
        use("real vCPUs", host, seen -> seen.found().running()),
        conversion(host),
        use("pins that block conversions", host, seen -> seen.found().pinsBlock()),
        use("gmem run --backend kvm", host, Uses::stories),
        use("gmem differential", host, Uses::stepByStep),
        use("gmem differential --vcpus", host, Uses::stories));
  }

  /** Returns an errno's name, or its number. */
  static String errno(Returned failed) {
    return Errno.ofNumber(failed.error()).map(Errno::name).orElse("errno " + failed.error());
  }

  private static Finding memory(Host.Seen seen) {
    return Stream.of(seen.found().guestMemory(), seen.found().mapping(), seen.found().punching())
        .filter(finding -> !finding.works())
        .findFirst()
        .orElse(new Finding.Works());
  }

  private static Finding converting(Host.Seen seen) {
    ConversionTrial trial = seen.said().converting();
    return trial.chosen() instanceof ConversionInterface.Missing
        ? new Finding.Fails(unconverted(errno(trial.inPlace()), errno(trial.throughVm())))
        : new Finding.Works();
  }

  private static String unconverted(String inPlace, String throughVm) {
    return inPlace.equals(throughVm)
        ? "KVM_SET_MEMORY_ATTRIBUTES2 and KVM_SET_MEMORY_ATTRIBUTES are " + inPlace
        : "KVM_SET_MEMORY_ATTRIBUTES2 is %s, KVM_SET_MEMORY_ATTRIBUTES is %s"
            .formatted(inPlace, throughVm);
  }

  /** A story needs a guest that asks, a VMM that hears it, and a kernel that converts. */
  private static Finding stories(Host.Seen seen) {
    List<String> missing = new ArrayList<>();
    note(converting(seen), "conversion", missing);
    note(seen.found().binding(), "bound guest memory", missing);
    note(seen.found().running(), "vCPUs", missing);
    note(seen.found().hypercall(), "hypercalls that exit", missing);
    return missing.isEmpty()
        ? new Finding.Works()
        : new Finding.Fails("missing: " + String.join(", ", missing));
  }

  /** Its operations are those of a kernel that keeps the state in the VM. */
  private static Finding stepByStep(Host.Seen seen) {
    return seen.said().conversion() instanceof ConversionInterface.InPlace
        ? new Finding.Fails("converts in place: use --vcpus")
        : stories(seen);
  }

  private static void note(Finding finding, String what, List<String> missing) {
    if (!finding.works()) {
      missing.add(what);
    }
  }

  private static Use conversion(Host host) {
    Use use = use("conversion", host, Uses::converting);
    if (!use.usable()) {
      return use;
    }
    List<String> ways = new ArrayList<>();
    host.types()
        .forEach((type, seen) -> {
          switch (seen.said().conversion()) {
            case ConversionInterface.InPlace in -> ways.add("in place, " + type);
            case ConversionInterface.VmAttributes through ->
                ways.add("by attributes of the VM, with a second backing, " + type);
            case ConversionInterface.Missing missing -> {
              // The types that convert are what matters; ordinary VMs have nothing to convert.
            }
          }
        });
    return new Use(use.what(), true, String.join("; ", ways));
  }

  private static Use use(String what, Host host, Function<Host.Seen, Finding> needed) {
    Map<MachineType, String> reasons = new TreeMap<>();
    List<String> where = new ArrayList<>();
    host.types()
        .forEach((type, seen) -> {
          switch (needed.apply(seen)) {
            case Finding.Works works -> where.add(type.name());
            case Finding.Fails(String reason) -> reasons.put(type, reason);
            case Finding.NotTried(String missing) -> reasons.put(type, "needs " + missing);
          }
        });
    return new Use(what, !where.isEmpty(), why(where, reasons));
  }

  private static String why(List<String> where, Map<MachineType, String> reasons) {
    List<String> parts = new ArrayList<>();
    if (!where.isEmpty()) {
      parts.add("VMs of type " + String.join(", ", where));
    }
    Set<String> different = new LinkedHashSet<>(reasons.values());
    if (where.isEmpty() && different.size() == 1) {
      parts.addAll(different);
    } else {
      reasons.forEach((type, reason) -> parts.add("not " + type + ": " + reason));
    }
    return parts.isEmpty() ? "no VM type that this library launches" : String.join("; ", parts);
  }
}
