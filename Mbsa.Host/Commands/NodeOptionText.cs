using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Mbsa.Actors.Nodes;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>
/// The options that say how a process listens in a cluster and what it proves itself with:
/// of <c>mbsa node</c>, and of <c>mbsa run --cluster</c>.
/// </summary>
internal sealed class NodeOptionText
{
    private readonly Option<string?> _listen = OptionText.Option(
        "--listen", "ADDRESS", $"Where this process listens for the others [127.0.0.1:{NodeOptions.DefaultPort}; "
        + "for 'run' any free port of the address that leads to the cluster]");

    private readonly Option<string?> _advertise =
        OptionText.Option("--advertise", "HOST", "Name or address others reach it at, where that is another, as in a container");
    private readonly Option<string?> _secretFile = OptionText.Option("--secret-file", "FILE", "File whose first line only members know");
    private readonly Option<string?> _certificate =
        OptionText.Option("--tls-cert", "FILE", "Certificate and key of this node (PKCS #12, .pfx): everything between nodes is encrypted");
    private readonly Option<string?> _passwordFile =
        OptionText.Option("--tls-password-file", "FILE", "File whose first line is the certificate's password");
    private readonly Option<bool> _insecure = new("--insecure")
    { Description = "Listen beyond this machine without a secret or a certificate, for whoever finds the port" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_listen, _advertise, _secretFile, _certificate, _passwordFile, _insecure])
        {
            command.Add(option);
        }
    }

    /// <summary>The first of them that was given; null when none was.</summary>
    public string? Given(ParseResult parsed) =>
        ((Option[])[_listen, _advertise, _secretFile, _certificate, _passwordFile, _insecure])
        .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>What they mean for a node.</summary>
    /// <param name="parsed">What was given.</param>
    /// <param name="seeds">Nodes of the cluster.</param>
    /// <param name="now">Today, for certificates.</param>
    /// <exception cref="InputException">One of them means nothing, or anybody could join.</exception>
    public NodeOptions OfNode(ParseResult parsed, IReadOnlyList<NodeAddress> seeds, DateTimeOffset now) =>
        Read(parsed, new NodeAddress("127.0.0.1", NodeOptions.DefaultPort), seeds, now);

    /// <summary>What they mean for a process that only asks a cluster for something.</summary>
    /// <param name="parsed">What was given.</param>
    /// <param name="cluster">A node of the cluster.</param>
    /// <param name="now">Today, for certificates.</param>
    /// <exception cref="InputException">One of them means nothing, or anybody could answer.</exception>
    public NodeOptions OfClient(ParseResult parsed, NodeAddress cluster, DateTimeOffset now) =>
        Read(parsed, new NodeAddress(AddressTowards(cluster.Host), 0), [cluster], now);

    private NodeOptions Read(ParseResult parsed, NodeAddress usual, IReadOnlyList<NodeAddress> seeds, DateTimeOffset now)
    {
        var listen = parsed.GetValue(_listen) is { } text ? NodeAddressText.Parse(_listen.Name, text) : usual;
        var options = new NodeOptions
        {
            Host = listen.Host,
            Port = listen.Port,
            AdvertisedHost = parsed.GetValue(_advertise),
            Seeds = [.. seeds],
            Secret = NodeCredentials.Secret(parsed.GetValue(_secretFile)),
            Certificate = NodeCredentials.Certificate(parsed.GetValue(_certificate), parsed.GetValue(_passwordFile), now),
        };
        Check(options, parsed.GetValue(_insecure));
        return options;
    }

    private void Check(NodeOptions options, bool insecure)
    {
        if (options.AdvertisedHost is { } advertised && (!NodeAddressText.IsHost(advertised) || NodeAddressText.IsWildcard(advertised)))
        {
            throw new InputException(
                $"{_advertise.Name}: '{advertised}' is no name or address that others could reach; the port is that of {_listen.Name}");
        }

        if (options.AdvertisedHost is null && NodeAddressText.IsWildcard(options.Host))
        {
            throw new InputException($"{_listen.Name}: "
                + $"{options.Host} is every address of this machine and none that others could reach; add {_advertise.Name} with its name");
        }

        if (!NodeAddressText.IsLoopback(options.Host) && options is { Secret: null, Certificate: null } && !insecure)
        {
            throw new InputException(
                $"{_listen.Name}: at {options.Host} whoever finds the port could join and run what he likes; "
                + $"add {_secretFile.Name} or {_certificate.Name}, or say {_insecure.Name}");
        }
    }

    /// <summary>The address of this machine that leads to another: what the system would send from.</summary>
    private static string AddressTowards(string host)
    {
        if (NodeAddressText.IsLoopback(host))
        {
            return host;
        }

        try
        {
            var target = Dns.GetHostAddresses(host)[0];
            if (IPAddress.IsLoopback(target))
            {
                return target.ToString();
            }

            // A datagram socket that is connected has its address and has sent nothing.
            using var socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target, NodeOptions.DefaultPort);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException e)
        {
            throw new InputException($"--cluster: {host} cannot be reached: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
