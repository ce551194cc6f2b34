package io.github.gmem4j.api.policy;

import java.util.List;
import java.util.Optional;

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
 * own. Where that kernel lacks the architecture, {@link #kvm} turns the guest's calls into plain
 * hypercalls before they reach it, and {@link GuestKernel#substitute} says what is done for
 * instructions; there is no platform then.
 *
 * @implSpec The testkit's {@code PolicyContract} checks these rules under their ids.
 *     <ul>
 *       <li><b>P1</b> No method, here or in a seat, answers {@code null}; the engine turns a {@code
 *           null} into an {@link IllegalStateException} that names the policy and the method.
 *       <li><b>P2</b> {@code traits} answers equal values at every call, and {@code kvm}, {@code
 *           vmm} and {@code guest} answer seats that decide alike.
 *       <li><b>P3</b> The seats keep no state, take no time, use no clock, thread, lock or
 *           randomness: equal arguments give equal answers, in any thread and whatever was asked in
 *           between.
 *       <li><b>P4</b> What must be remembered between two calls is in an immutable {@link Pending}
 *           or {@link GuestProgress} with value equality.
 *       <li><b>P5</b> A policy does not throw; an exception from it is passed on to the caller of
 *           {@code run()} unchanged and leaves the vCPU where it was.
 *       <li><b>P6</b> The platforms of two VMs share no state.
 *       <li><b>P7</b> The traits are true: the summary is one line, and with {@link
 *           PolicyTraits.Converter#VMM} no wish is by the kernel and no step converts.
 *       <li><b>P8</b> A guest that asks for pages of a fresh VM to become shared, private and
 *           shared again gets them, as long as nobody holds them and nobody refuses.
 *       <li><b>P9</b> What the guest is told is true when it is told: after "done" every page of
 *           the request has the wanted state.
 *       <li><b>P10</b> A page that the host holds does not become private, and the host reaches no
 *           page while it is private.
 *       <li><b>P11</b> Once the last reference on a page is gone, a request for it is fulfilled.
 *       <li><b>P12</b> A page that is held delays only the requests that need it.
 *       <li><b>P13</b> Conversions keep the bytes of every page, or else what the guest wrote while
 *           a page was private is never read by the host.
 *       <li><b>P14</b> After a VM and its memory are gone, its platform owns no page.
 *     </ul>
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

  /**
   * Returns the names of the guest software that this policy knows, for {@link #withGuest}: short,
   * lower case, no spaces.
   *
   * @implSpec The default knows none by name.
   */
  default List<String> guests() {
    return List.of();
  }

  /**
   * Returns the policy as it is for a guest software: another {@link #guest}, and all else the
   * same.
   *
   * @param name one of {@link #guests}
   * @return empty if no guest has this name
   * @implSpec The default knows none by name.
   */
  default Optional<ConversionPolicy> withGuest(String name) {
    return Optional.empty();
  }
}
