package io.github.gmem4j.core;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.lenient;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import java.util.Optional;

/** Mocked platforms. */
public final class Platforms {
  private Platforms() {}

  /** A platform that grants everything and objects to nothing. */
  public static Platform agreeable() {
    return agreeable(mock(Platform.class));
  }

  /** The same, for a test of very many calls: none of them is kept. */
  public static Platform agreeableAndForgetful() {
    return agreeable(mock(Platform.class, withSettings().stubOnly()));
  }

  private static Platform agreeable(Platform platform) {
    lenient().when(platform.makePrivate(any(), any())).thenReturn(Granting.GRANTED);
    lenient().when(platform.populate(any(), any(), any())).thenReturn(Granting.GRANTED);
    lenient().when(platform.mapShared(any(), any())).thenReturn(Granting.GRANTED);
    lenient().when(platform.intercept(anyInt(), any())).thenReturn(Interception.PASSED);
    lenient().when(platform.access(any())).thenReturn(PrivateAccess.REACHED);
    lenient().when(platform.objectionToSharing(any())).thenReturn(Optional.empty());
    lenient().when(platform.reachedByHost(any(), any())).thenReturn(HostReach.EXPOSED);
    return platform;
  }
}
