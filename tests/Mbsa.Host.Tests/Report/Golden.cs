namespace Mbsa.Host.Tests.Report;

/// <summary>The report as other programs read it. A change here is a change for all of them.</summary>
internal static class Golden
{
    public const string Text = """
        {
          "scenario": "two-vms",
          "seed": 7,
          "clock": "virtual",
          "policy": "fair",
          "duration_ns": 2000000000,
          "trace_hash": "0000000000abc123",
          "interrupted": false,
          "latency": "every",
          "host": {
            "cores": 4,
            "utilisation": {
              "cpu": 0.5,
              "bus": 0.25,
              "nvm": 0.125
            }
          },
          "vms": [
            {
              "name": "oltp",
              "state": "running",
              "vcpus": 1,
              "active_seconds": 2,
              "ops": 810246,
              "iops": 405123,
              "bandwidth_bytes_per_second": 1659383808,
              "read": {
                "ops": 610246,
                "bytes": 2499567616,
                "iops": 305123,
                "bandwidth_bytes_per_second": 1249783808,
                "latency_ns": {
                  "min": 900,
                  "mean": 1234.5,
                  "p50": 1200,
                  "p95": 2400,
                  "p99": 12400,
                  "p999": 15000,
                  "max": 20000
                }
              },
              "write": {
                "ops": 200000,
                "bytes": 819200000,
                "iops": 100000,
                "bandwidth_bytes_per_second": 409600000,
                "latency_ns": {
                  "min": 1800,
                  "mean": 2600,
                  "p50": 2500,
                  "p95": 4000,
                  "p99": 40100,
                  "p999": 50000,
                  "max": 60000
                }
              },
              "batch_latency_ns": null,
              "cpu_seconds": 2,
              "waiting_seconds": 0.25,
              "throttled_seconds": 0.1,
              "qos": {
                "reservation": {
                  "unit": "share",
                  "value": 0.3
                },
                "limit": null,
                "weight": 4,
                "planned_share": null,
                "achieved_share": 0.5,
                "reservation_misses": null,
                "reservation_windows": 0,
                "reservation_judged_seconds": 0
              },
              "protection": "none",
              "wear": {
                "policy": "none",
                "writes": 200000,
                "extra_writes": 0,
                "max": 12,
                "mean": 3.5,
                "cv": 0.25,
                "lifetime_fraction": 1.2E-05,
                "lifetime_left_seconds": 166664.66666666666
              },
              "stages": null,
              "verify": null
            },
            {
              "name": "writer",
              "state": "failed",
              "vcpus": 2,
              "active_seconds": 2,
              "ops": 200000,
              "iops": 100000,
              "bandwidth_bytes_per_second": 409600000,
              "read": {
                "ops": 0,
                "bytes": 0,
                "iops": 0,
                "bandwidth_bytes_per_second": 0,
                "latency_ns": null
              },
              "write": {
                "ops": 200000,
                "bytes": 819200000,
                "iops": 100000,
                "bandwidth_bytes_per_second": 409600000,
                "latency_ns": {
                  "min": 1800,
                  "mean": 2600,
                  "p50": 2500,
                  "p95": 4000,
                  "p99": 40100,
                  "p999": 50000,
                  "max": 60000
                }
              },
              "batch_latency_ns": null,
              "cpu_seconds": 2,
              "waiting_seconds": 0.25,
              "throttled_seconds": 0.1,
              "qos": {
                "reservation": null,
                "limit": null,
                "weight": 1,
                "planned_share": null,
                "achieved_share": 0.5,
                "reservation_misses": null,
                "reservation_windows": 0,
                "reservation_judged_seconds": 0
              },
              "protection": "none",
              "wear": null,
              "stages": {
                "requests": 200000,
                "total_ns": 33,
                "mean_ns": {
                  "1-2": 3,
                  "2-3": 3,
                  "3-4": 3,
                  "4-5": 3,
                  "5-6": 3,
                  "6-7": 3,
                  "7-8": 3,
                  "8-9": 3,
                  "9-10": 3,
                  "10-11": 3,
                  "11-12": 3
                }
              },
              "verify": {
                "blocks": 100,
                "wrong": 1
              }
            }
          ],
          "windows": [
            {
              "start_ns": 0,
              "duration_ns": 1000000000,
              "ops": {
                "oltp": 5,
                "writer": 6
              },
              "share": {
                "oltp": 0.25,
                "writer": 0.5
              }
            },
            {
              "start_ns": 1000000000,
              "duration_ns": 500000000,
              "ops": {
                "oltp": 7,
                "writer": 8
              },
              "share": {
                "oltp": 0.125,
                "writer": 0.375
              }
            }
          ],
          "power_failures": [
            {
              "at_ns": 500000000,
              "outage_ns": 100000000,
              "vms_back": 2,
              "disks_recovered": 2,
              "records_recovered": 17
            }
          ],
          "fairness": {
            "jain": 0.7326626421549146,
            "max_min_slowdown": null
          },
          "expectations": [
            {
              "text": "oltp.read.p99 <= 10us",
              "held": false,
              "measured": "12.4us",
              "value": 12400,
              "bound": 10000
            },
            {
              "text": "hog.p99 <= 10us",
              "held": false,
              "measured": "no I/O",
              "value": null,
              "bound": null
            }
          ],
          "events_missed": 0,
          "problems": [
            "VCPU 0 of writer failed: boom"
          ],
          "warnings": []
        }

        """;
}
