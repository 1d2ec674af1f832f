using System.Globalization;
using System.Net;
using Mbsa.Vm;

namespace Mbsa.Host.Serving;

/// <summary>Where the web page listens.</summary>
internal static class ServeAddress
{
    /// <summary>Loopback only, on the port that Prometheus exporters for OpenTelemetry use.</summary>
    public static IPEndPoint Default { get; } = new(IPAddress.Loopback, 9464);

    /// <summary>Reads "9464", "localhost:9464", "0.0.0.0:9464" or "[::1]:9464". Port 0 takes any that is free.</summary>
    /// <exception cref="InputException">It is no address.</exception>
    public static IPEndPoint Parse(string text) => TryParse(text) ?? throw new InputException(
        $"--serve: '{text}' is not an address; write a port as in 9464, or an IP address and a port as in 127.0.0.1:9464");

    /// <summary>As <see cref="Parse"/>, or null when it is no address.</summary>
    public static IPEndPoint? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = colon < 0 ? "localhost" : text[..colon];
        if (host == "localhost")
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        return IPAddress.TryParse(host, out var address) && (address.GetAddressBytes().Length == 4) == !host.StartsWith('[')
            ? new IPEndPoint(address, port)
            : null;
    }

    /// <summary>
    /// Lets the scenario follow a bare <c>--serve</c>: the option takes the next word for its address only when it is one.
    /// </summary>
    public static string[] Disambiguate(IReadOnlyList<string> arguments)
    {
        var clear = arguments.ToArray();
        for (var i = 0; i + 1 < clear.Length; i++)
        {
            if (clear[i] == "--serve" && !clear[i + 1].StartsWith('-') && TryParse(clear[i + 1]) is null && !LooksLikeAddress(clear[i + 1]))
            {
                clear[i] = $"--serve={Default}";
            }
        }

        return clear;
    }

    // "localhost:http" and "1.2.3.4:99999" are addresses with a mistake, not scenarios.
    private static bool LooksLikeAddress(string text) => text.Contains(':', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal) && !text.Contains(".yaml", StringComparison.OrdinalIgnoreCase);
}
