package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.policy.VcpuView;
import java.util.ArrayList;
import java.util.List;

/** Builds a {@link VcpuView}: without more said, no interrupt waits and all exits are enabled. */
public final class VcpuViews {
  private final int id;
  private boolean eventPending;
  private boolean mapGpaExits = true;
  private boolean unshareExits = true;

  private VcpuViews(int id) {
    this.id = id;
  }

  /** Begins the view of a vCPU. */
  public static VcpuViews of(int id) {
    return new VcpuViews(id);
  }

  /** Lets an interrupt wait. */
  public VcpuViews withEventPending() {
    eventPending = true;
    return this;
  }

  /** Enables no exit. */
  public VcpuViews withoutExits() {
    mapGpaExits = false;
    unshareExits = false;
    return this;
  }

  /** Enables no exit but {@link io.github.gmem4j.api.vm.Exit.MapGpaRange}. */
  public VcpuViews withMapGpaExitsOnly() {
    unshareExits = false;
    return this;
  }

  /** Enables no exit but {@link io.github.gmem4j.api.vm.Exit.Unshare}. */
  public VcpuViews withUnshareExitsOnly() {
    mapGpaExits = false;
    return this;
  }

  /** Returns the view. */
  public VcpuView build() {
    return new VcpuView(id, eventPending, mapGpaExits, unshareExits);
  }

  /** Returns a view of one vCPU with each combination of properties. */
  public static List<VcpuView> ofEachKind(int id) {
    List<VcpuView> all = new ArrayList<>();
    for (boolean event : new boolean[] {false, true}) {
      for (boolean mapGpa : new boolean[] {true, false}) {
        for (boolean unshare : new boolean[] {true, false}) {
          all.add(new VcpuView(id, event, mapGpa, unshare));
        }
      }
    }
    return List.copyOf(all);
  }
}
