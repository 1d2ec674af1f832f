using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.DistributedData;
using Mbsa.Actors.Hosts;

namespace Mbsa.Actors.Nodes;

/// <summary>The configuration of Akka.NET for nodes, and for whoever submits a run.</summary>
internal static class NodeConfiguration
{
    /// <summary>
    /// Name of the actor systems of a cluster. Whoever does not know the secret does not know the name, and a message to another name is
    /// dropped. It keeps clusters apart and the curious out; it is no defence against who can read the network, which TLS is.
    /// </summary>
    public static string SystemName(string? secret) =>
        secret is null ? "mbsa" : $"mbsa-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"mbsa/{secret}")))[..32]}";

    /// <summary>What all members must have alike, in words.</summary>
    public static string Common(NodeOptions options) =>
        string.Create(CultureInfo.InvariantCulture,
            $"stable after {options.StableAfterSeconds} s, {(options.Certificate is null ? "no TLS" : "TLS")}");

    /// <summary>Of a node.</summary>
    public static Config OfNode(NodeOptions options) => ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
        akka {
          actor.provider = cluster
          cluster {
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = keep-majority
              stable-after = {{options.StableAfterSeconds}}s
            }
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            periodic-tasks-initial-delay = 100ms
            seed-node-timeout = 2s
            retry-unsuccessful-join-after = 1s
            allow-weakly-up-members = off
            run-coordinated-shutdown-when-down = on
            failure-detector {
              heartbeat-interval = 500ms
              acceptable-heartbeat-pause = 4s
            }
            singleton.hand-over-retry-interval = 200ms
            singleton-proxy.singleton-identification-interval = 200ms
            sharding {
              state-store-mode = ddata
              remember-entities = off
              passivate-idle-entity-after = off
              retry-interval = 200ms
              buffer-size = 10000
              rebalance-interval = 2s
              distributed-data {
                durable.keys = []
                gossip-interval = 200ms
                notify-subscribers-interval = 100ms
              }
            }
          }
        }
        {{EmulatedHost.WallDispatcher}} {
          type = ForkJoinDispatcher
          throughput = 1
          dedicated-thread-pool {
            thread-count = {{EmulatedHost.MaxWallThreads}}
            threadtype = background
          }
        }
        """))
        .WithFallback(EmulatedHost.DispatcherConfiguration(Environment.ProcessorCount))
        .WithFallback(Common(options, options.Port))
        .WithFallback(ClusterSharding.DefaultConfig())
        .WithFallback(ClusterSingleton.DefaultConfig())
        .WithFallback(DistributedData.DefaultConfig());

    /// <summary>Of whoever submits a run and is no member.</summary>
    public static Config OfClient(NodeOptions options) =>
        ConfigurationFactory.ParseString("akka.actor.provider = remote").WithFallback(Common(options, port: 0));

    private static Config Common(NodeOptions options, int port)
    {
        var bindings = ClusterSerializer.Types.Select(type => $"\"{type.FullName}, {type.Assembly.GetName().Name}\" = mbsa");
        return ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              coordinated-shutdown {
                run-by-clr-shutdown-hook = off
                exit-clr = off
              }
              actor {
                guardian-supervisor-strategy = "Akka.Actor.StoppingSupervisorStrategy, Akka"
                serializers {
                  mbsa = "{{typeof(ClusterSerializer).FullName}}, Mbsa.Actors"
                  refuse = "{{typeof(RefusingSerializer).FullName}}, Mbsa.Actors"
                  json = "{{typeof(RefusingJson).FullName}}, Mbsa.Actors" # Akka's own builds whatever type a message names
                  daemon-create = "{{typeof(RefusingDeployment).FullName}}, Mbsa.Actors" # and this one any actor
                }
                serialization-bindings {
                  "System.Object" = refuse
                  {{string.Join("\n", bindings)}}
                }
              }
              remote {
                log-remote-lifecycle-events = off
                dot-netty.tcp {
                  hostname = "{{options.Host}}"
                  public-hostname = "{{options.AdvertisedHost ?? options.Host}}"
                  port = {{port}}
                  tcp-reuse-addr = off # on, two processes could listen at one port
                  maximum-frame-size = 256000b
                  send-buffer-size = 512000b
                  receive-buffer-size = 512000b
                  {{Tls(options.Certificate)}}
                }
              }
            }
            """));
    }

    /// <summary>Both ends of a connection show a certificate that the other trusts.</summary>
    private static string Tls(NodeCertificate? certificate) => certificate is null ? "" : $$"""
        enable-ssl = true
        ssl {
          suppress-validation = false
          require-mutual-authentication = true
          certificate {
            path = {{Quote(certificate.Path)}}
            password = {{Quote(certificate.Password ?? "")}}
          }
        }
        """;

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
