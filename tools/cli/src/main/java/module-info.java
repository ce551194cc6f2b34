/**
 * The {@code gmem} command.
 *
 * <p>Begin with {@code cli.Gmem}. The packages follow the road of a scenario: {@code reading} (YAML
 * to {@code scenario} records), {@code staging} (the VM, the host processes, the participants),
 * {@code playing} (step by step, noting what happens), {@code telling} (timeline, JSON lines,
 * sequence diagram). {@code choosing} finds the policies, {@code comparing} counts what differs
 * between them, {@code replaying} shows how far a replay of recordings is.
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.cli {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.dataformat.yaml;
  requires info.picocli;
  requires io.github.gmem4j.api;
  requires io.github.gmem4j.backend.kvm;
  requires io.github.gmem4j.conformance;
  requires io.github.gmem4j.core;
  requires io.github.gmem4j.policy.pkvm;
  requires io.github.gmem4j.policy.snp;
  requires io.github.gmem4j.policy.tdx;
  requires static org.jspecify;

  uses io.github.gmem4j.api.policy.ConversionPolicy;

  opens io.github.gmem4j.cli to
      info.picocli;
}
