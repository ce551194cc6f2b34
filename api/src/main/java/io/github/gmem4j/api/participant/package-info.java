/**
 * Those who use shared memory and must take part in its conversion: IOMMU mappers, driver
 * processes, balloons, dirty trackers. Stability: experimental until 1.0.
 */
package io.github.gmem4j.api.participant;
