/**
 * The contracts of {@code api} over a real kernel: {@code /dev/kvm}, guest_memfd, vCPUs.
 *
 * <p>Begin with {@code Kvm.open}. No native code: every call goes through {@code
 * java.lang.foreign}, so run with {@code --enable-native-access=io.github.gmem4j.backend.kvm}. The
 * packages follow the road: {@code vcpu} (the run loop and the guest's code), {@code vm} (slots,
 * attributes), {@code memory} (guest_memfd, mappings, pins), {@code probe} (what this kernel can),
 * {@code layout} and {@code syscall} (how it is asked), {@code lifetime} (who closes what).
 */
@org.jspecify.annotations.NullMarked
module io.github.gmem4j.backend.kvm {
  requires transitive io.github.gmem4j.api;
  requires static transitive org.jspecify;

  exports io.github.gmem4j.backend.kvm;
  exports io.github.gmem4j.backend.kvm.memory;
  exports io.github.gmem4j.backend.kvm.probe;
  exports io.github.gmem4j.backend.kvm.syscall;
  exports io.github.gmem4j.backend.kvm.vcpu;
  exports io.github.gmem4j.backend.kvm.vm;
}
