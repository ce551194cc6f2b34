package io.github.gmem4j.cli.probing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.Finding;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.probe.TypeReport;
import io.github.gmem4j.backend.kvm.probe.VmFindings;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.cli.telling.JsonLines;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A host for programs: one JSON object. */
public final class HostJson {
  private HostJson() {}

  /** Returns the object, with the line's end. */
  public static String of(Host host) {
    return JsonLines.line(json -> {
      json.writeStringField("kernel", host.kernel());
      json.writeNumberField("apiVersion", host.report().apiVersion());
      strings(
          json,
          "vmTypes",
          host.report().offered().stream().sorted().map(MachineType::name).toList());
      json.writeObjectFieldStart("types");
      for (Map.Entry<MachineType, Host.Seen> type : host.types().entrySet()) {
        json.writeObjectFieldStart(type.getKey().name());
        said(json, type.getValue().said());
        found(json, type.getValue().found());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeArrayFieldStart("usable");
      for (Use use : Uses.on(host)) {
        json.writeStartObject();
        json.writeStringField("what", use.what());
        json.writeBooleanField("usable", use.usable());
        json.writeStringField("why", use.why());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void said(JsonGenerator json, TypeReport said) throws IOException {
    json.writeNumberField("memorySlots", said.said(Capability.NR_MEMSLOTS));
    json.writeBooleanField("guestMemfd", said.said(Capability.GUEST_MEMFD) != 0);
    strings(
        json,
        "guestMemfdFlags",
        Bits.GUEST_MEMFD_FLAGS.in(said.said(Capability.GUEST_MEMFD_FLAGS)));
    json.writeBooleanField("userMemory2", said.said(Capability.USER_MEMORY2) != 0);
    strings(
        json,
        "memoryAttributes",
        Bits.MEMORY_ATTRIBUTES.in(said.said(Capability.MEMORY_ATTRIBUTES)));
    answered(json, "conversionInPlace", said.converting().inPlace());
    answered(json, "conversionThroughVm", said.converting().throughVm());
    strings(json, "exitHypercalls", Bits.EXIT_HYPERCALLS.in(said.said(Capability.EXIT_HYPERCALL)));
    json.writeBooleanField("memoryFaultExits", said.said(Capability.MEMORY_FAULT_INFO) != 0);
    json.writeBooleanField("preFault", said.said(Capability.PRE_FAULT_MEMORY) != 0);
  }

  private static void found(JsonGenerator json, VmFindings found) throws IOException {
    finding(json, "createsGuestMemory", found.guestMemory());
    finding(json, "mapsGuestMemory", found.mapping());
    finding(json, "punchesGuestMemory", found.punching());
    finding(json, "bindsGuestMemory", found.binding());
    finding(json, "pinsByPipe", found.pipePin());
    finding(json, "pinsByIoUring", found.ringPin());
    finding(json, "pinsBlockConversions", found.pinsBlock());
    finding(json, "runsVcpus", found.running());
    finding(json, "hypercallExits", found.hypercall());
  }

  private static void strings(JsonGenerator json, String name, List<String> strings)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String string : strings) {
      json.writeString(string);
    }
    json.writeEndArray();
  }

  private static void answered(JsonGenerator json, String name, Returned returned)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeBooleanField("works", !returned.failed());
    if (returned.failed()) {
      json.writeStringField("reason", Uses.errno(returned));
    }
    json.writeEndObject();
  }

  private static void finding(JsonGenerator json, String name, Finding finding) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeBooleanField("works", finding.works());
    switch (finding) {
      case Finding.Works works -> {
        // There is no reason to give.
      }
      case Finding.Fails(String reason) -> json.writeStringField("reason", reason);
      case Finding.NotTried(String missing) -> json.writeStringField("needs", missing);
    }
    json.writeEndObject();
  }
}
