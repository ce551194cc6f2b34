/**
 * The policy SPI: what an architecture decides, seat by seat. For authors of policies; VMMs only
 * pick one. Begin with {@link io.github.gmem4j.api.policy.ConversionPolicy}. Stability:
 * experimental until 1.0.
 */
package io.github.gmem4j.api.policy;
