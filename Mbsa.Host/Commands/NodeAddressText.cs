using System.Globalization;
using System.Net;
using Mbsa.Actors.Nodes;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Addresses of nodes as people write them.</summary>
internal static class NodeAddressText
{
    /// <summary>
    /// Reads "4053", "10.0.0.1", "node-1.example:4053" or "[::1]:4053"; what is not said is 127.0.0.1 and the usual port.
    /// </summary>
    /// <param name="option">The option it stands behind, for messages.</param>
    /// <param name="text">What was written.</param>
    /// <exception cref="InputException">It is no address.</exception>
    public static NodeAddress Parse(string option, string text) => TryParse(text) ?? throw new InputException(
        $"{option}: '{text}' is not an address; "
        + $"write a host and a port as in 10.0.0.1:{NodeOptions.DefaultPort} or [::1]:{NodeOptions.DefaultPort}");

    /// <summary>Whether only programs on this machine reach it.</summary>
    public static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether it stands for every address of a machine: good to listen at, and nothing others could reach.</summary>
    public static bool IsWildcard(string host) =>
        IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>Whether something can be the name or address of a machine, without a port.</summary>
    public static bool IsHost(string text) =>
        Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    private static NodeAddress? TryParse(string text)
    {
        if (TryPort(text) is { } only)
        {
            return new NodeAddress("127.0.0.1", only);
        }

        var close = text.StartsWith('[') ? text.IndexOf(']') : -1;
        var colon = text.LastIndexOf(':');
        var hasPort = colon > close && (close >= 0 || text.IndexOf(':') == colon);
        int? port = hasPort ? TryPort(text[(colon + 1)..]) : NodeOptions.DefaultPort;
        var host = hasPort ? text[..colon] : text;
        host = close >= 0 && close == host.Length - 1 ? host[1..^1] : host;
        return port is { } number && IsHost(host) ? new NodeAddress(host == "localhost" ? "127.0.0.1" : host, number) : null;
    }

    private static int? TryPort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
