using System.Globalization;
using System.Net;
using Mbsa.Vm;

namespace Mbsa.Host.Serving;

/// <summary>Where the web page listens.</summary>
internal static class ServeAddress
{
    /// <summary>Loopback only, on the port that Prometheus exporters for OpenTelemetry use.</summary>
    public static IPEndPoint Default { get; } = new(IPAddress.Loopback, 9464);

    /// <summary>Reads "9464", "localhost", "localhost:9464", "0.0.0.0:9464" or "[::1]:9464". Port 0 takes any that is free.</summary>
    /// <exception cref="InputException">It is no address.</exception>
    public static IPEndPoint Parse(string text) => TryParse(text) ?? throw new InputException($"--serve: {WhatIsWrong(text)}");

    /// <summary>As <see cref="Parse"/>, or null when it is no address.</summary>
    public static IPEndPoint? TryParse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (TryHost(text) is { } alone)
        {
            return new IPEndPoint(alone, Default.Port);
        }

        return ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && TryHost(colon < 0 ? "localhost" : text[..colon]) is { } host
            ? new IPEndPoint(host, port)
            : null;
    }

    // To the runtime 99999 is an address as well, 0.1.134.159; to people one has four numbers.
    private static IPAddress? TryHost(string text) => text == "localhost" ? IPAddress.Loopback
        : (text.Count(c => c == '.') == 3 && !text.Contains(':', StringComparison.Ordinal)) || (text.StartsWith('[') && text.EndsWith(']'))
            ? IPAddress.TryParse(text, out var address) ? address : null
        : null;

    private static string WhatIsWrong(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var port = text[(text.LastIndexOf(':') + 1)..];
        return scheme > 0 && TryParse(text[(scheme + 3)..].TrimEnd('/')) is { } address
            ? $"'{text}' is the address of a page; write {address}"
            : port.Length > 0 && port.All(char.IsAsciiDigit) && !ushort.TryParse(port, out _)
                ? $"'{port}' is no port; ports are 0 to {ushort.MaxValue}"
            : $"'{text}' is not an address; write a port as in 9464, or an IP address and a port as in 127.0.0.1:9464";
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

    // "localhost:http", "99999" and "http://127.0.0.1:9464" are addresses with a mistake, not scenarios.
    private static bool LooksLikeAddress(string text) =>
        text.All(char.IsAsciiDigit)
        || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || (text.Contains(':', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal)
            && !text.Contains(".yaml", StringComparison.OrdinalIgnoreCase));
}
