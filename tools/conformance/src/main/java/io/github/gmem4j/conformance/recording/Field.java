package io.github.gmem4j.conformance.recording;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every field a recorded line may have, in its inputs or in its result, with the form it takes. */
public enum Field {
  SEQ("seq", Form.COUNT),
  I("i", Form.COUNT),
  OP("op", Form.TEXT),
  R("r", Form.OBJECT),

  GEN("gen", Form.TEXT),
  SEED("seed", Form.HEX),
  PROFILE("profile", Form.TEXT),
  VM_TYPE("vm_type", Form.TEXT),
  EXIT_HYPERCALL("exit_hypercall", Form.COUNT),

  G("g", Form.COUNT),
  SIZE("size", Form.HEX),
  FLAGS("flags", Form.HEX),
  BACKING("backing", Form.TEXT),
  SLOT("slot", Form.COUNT),
  GPA("gpa", Form.HEX),
  OFFSET("offset", Form.HEX),
  HVA_DELTA("hva_delta", Form.HEX),
  ATTRIBUTES("attributes", Form.HEX),
  RESERVED("reserved", Form.HEX),
  ADDRESS("address", Form.HEX),
  MODE("mode", Form.HEX),
  ADDR("addr", Form.HEX),
  VALUE("value", Form.COUNT),
  PAGES("pages", Form.COUNT),
  ADVICE("advice", Form.TEXT),
  NR("nr", Form.HEX),
  NPAGES("npages", Form.HEX),
  ATTRS("attrs", Form.HEX),
  CPL("cpl", Form.COUNT),
  POLICY("policy", Form.TEXT),
  REFUSE_RET("refuse_ret", Form.HEX),
  ID("id", Form.COUNT),
  KIND("kind", Form.TEXT),
  HOLE("hole", Form.COUNT),

  VCPUS("vcpus", Form.COUNT),
  IPA_BITS("ipa_bits", Form.COUNT),
  MEMLOCK_PAGES("memlock_pages", Form.COUNT),
  VCPU("vcpu", Form.COUNT),
  FN("fn", Form.HEX),
  PROT("prot", Form.TEXT),
  VM("vm", Form.COUNT),

  RET("ret", Form.COUNT),
  ERRNO("errno", Form.TEXT),
  ERROR_OFFSET("error_offset", Form.HEX),
  MMAP("mmap", Form.TEXT),
  SIG("sig", Form.TEXT),
  POPULATED("populated", Form.TEXT),
  EXIT("exit", Form.TEXT),
  PHYS_ADDR("phys_addr", Form.HEX),
  LEN("len", Form.COUNT),
  IS_WRITE("is_write", Form.COUNT),
  DATA("data", Form.COUNT_OR_COUNTS),
  GPA_LEFT("gpa_left", Form.HEX),
  SIZE_LEFT("size_left", Form.HEX),
  ARGS("args", Form.HEXES),
  RET_ON_EXIT("ret_on_exit", Form.HEX),
  CONVERSIONS("conversions", Form.OBJECTS),
  SET_RET("set_ret", Form.HEX),
  GUEST_RAX("guest_rax", Form.HEX),
  CODE("code", Form.TEXT),
  REASON("reason", Form.COUNT),
  ESR("esr", Form.HEX),
  X0("x0", Form.HEX),
  X1("x1", Form.HEX),
  X2("x2", Form.HEX),
  X3("x3", Form.HEX);

  /** The JSON a field's value is written as. */
  public enum Form {
    /** A JSON integer. */
    COUNT("an integer"),
    /** A JSON string of hexadecimal digits after {@code 0x}: 64 bits, unsigned. */
    HEX("a string of at most 16 hex digits after 0x"),
    /** A JSON string. */
    TEXT("a string"),
    /** A JSON array of {@link #HEX}. */
    HEXES("an array of hex strings"),
    /** A {@link #COUNT} or a JSON array of them. */
    COUNT_OR_COUNTS("an integer or an array of integers"),
    /** A JSON object of fields. */
    OBJECT("an object"),
    /** A JSON array of {@link #OBJECT}. */
    OBJECTS("an array of objects");

    private final String description;

    Form(String description) {
      this.description = description;
    }

    /** Returns the form in words. */
    public String description() {
      return description;
    }
  }

  private static final Map<String, Field> BY_NAME = new HashMap<>();

  static {
    for (Field field : values()) {
      BY_NAME.put(field.json, field);
    }
  }

  private final String json;
  private final Form form;

  Field(String json, Form form) {
    this.json = json;
    this.form = form;
  }

  /** Returns the field with a name, null if the format has none of this name. */
  public static @Nullable Field named(String json) {
    return BY_NAME.get(json);
  }

  /** Returns the name in the recording. */
  public String json() {
    return json;
  }

  /** Returns the form of the value. */
  public Form form() {
    return form;
  }
}
