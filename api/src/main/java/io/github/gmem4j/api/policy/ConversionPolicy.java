package io.github.gmem4j.api.policy;

/**
 * All that one architecture decides about conversions, in three seats and with one guest.
 *
 * <table>
 * <caption>The seats</caption>
 * <tr><th>part</th><th>it is</th><th>called by</th><th>under a lock</th><th>may block</th></tr>
 * <tr><td>{@link #kvm}</td><td>pure functions</td><td>the thread in {@code run()}</td>
 *     <td>no</td><td>no</td></tr>
 * <tr><td>{@link #vmm}</td><td>pure functions and data</td><td>the thread that handles an exit</td>
 *     <td>no</td><td>no</td></tr>
 * <tr><td>{@link #createPlatform}</td><td>a model with state, one for each VM</td>
 *     <td>any thread, one at a time</td><td>the VM's MMU lock</td><td>no</td></tr>
 * <tr><td>{@link #guest}</td><td>pure functions</td><td>the thread in {@code run()}</td>
 *     <td>no</td><td>no</td></tr>
 * </table>
 *
 * <p>Over a real kernel only {@link #vmm} runs: the other seats are the kernel's and the hardware's
 * own.
 *
 * @implSpec
 *     <ol>
 *       <li>No method answers {@code null}; the engine turns a {@code null} into an {@link
 *           IllegalStateException} that names the policy and the method.
 *       <li>{@code traits}, {@code kvm}, {@code vmm} and {@code guest} answer equal values at every
 *           call.
 *       <li>The seats keep no state, take no time, use no clock, thread, lock or randomness: equal
 *           arguments give equal answers.
 *       <li>What must be remembered between two calls is in an immutable {@link Pending} or {@link
 *           GuestProgress}.
 *       <li>A policy does not throw; an exception from it is passed on to the caller of {@code
 *           run()} unchanged and leaves the vCPU where it was.
 *     </ol>
 */
public interface ConversionPolicy {
  /** Returns the name and the properties of this policy. */
  PolicyTraits traits();

  /** Returns what happens inside {@code run()}. */
  KvmSeat kvm();

  /** Returns what happens in the VMM between two {@code run()} calls. */
  VmmSeat vmm();

  /**
   * Creates the model of firmware and hardware for one VM.
   *
   * @param host what the model may ask of the VM it belongs to
   */
  Platform createPlatform(PlatformHost host);

  /** Returns how this architecture's guest kernels ask for conversions. */
  GuestKernel guest();
}
