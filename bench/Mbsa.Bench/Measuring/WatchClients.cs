using System.Net.Sockets;
using System.Text;

namespace Mbsa.Bench.Measuring;

/// <summary>
/// Clients of a served run, on threads of their own with blocking sockets, so that what they take can be told from what the server takes:
/// one scrapes /metrics, one reads the page's stream of events, others do not read.
/// </summary>
internal sealed class WatchClients : IDisposable
{
    /// <summary>Name of the clients' threads.</summary>
    public const string ThreadName = "bench-client";

    /// <summary>Between two scrapes. Prometheus leaves 15 s or a minute.</summary>
    public static readonly TimeSpan ScrapePeriod = TimeSpan.FromSeconds(1);

    /// <summary>Clients of the stream of events that never read.</summary>
    public const int DeafStreams = 3;

    /// <summary>As little as the kernel lets a client receive without reading.</summary>
    private const int DeafBufferBytes = 1024;

    private readonly Uri _server;
    private readonly Socket _stream;
    private readonly List<Socket> _deaf = [];
    private readonly ManualResetEventSlim _over = new();
    private readonly Thread[] _threads;
    private long _streamBytes;
    private long _scrapeBytes;

    /// <summary>Connects them.</summary>
    /// <param name="url">The server.</param>
    /// <param name="deaf">Whether there are clients that never read.</param>
    public WatchClients(string url, bool deaf)
    {
        _server = new Uri(url);
        _stream = Ask("/api/live");
        for (var i = 0; deaf && i <= DeafStreams; i++)
        {
            _deaf.Add(Ask(i < DeafStreams ? "/api/live" : "/metrics", DeafBufferBytes));
        }

        _threads = [.. new Action[]
            { ReadStream, Scrape }.Select(work => new Thread(() => work()) { Name = ThreadName, IsBackground = true })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Ends them.</summary>
    /// <exception cref="BenchException">They were not served.</exception>
    public void Dispose()
    {
        _over.Set();
        _stream.Shutdown(SocketShutdown.Both);
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _stream.Dispose();
        _deaf.ForEach(socket => socket.Dispose());
        _over.Dispose();
        if (_streamBytes == 0 || _scrapeBytes == 0)
        {
            throw new BenchException(
                $"the clients got {_streamBytes} bytes of the stream and {_scrapeBytes} of metrics: nothing was watched");
        }
    }

    private void ReadStream() => _streamBytes = ReadAll(_stream);

    private void Scrape()
    {
        do
        {
            using var socket = Ask("/metrics");
            _scrapeBytes += ReadAll(socket);
        }
        while (!_over.Wait(ScrapePeriod));
    }

    private static long ReadAll(Socket socket)
    {
        var buffer = new byte[64 << 10];
        var total = 0L;
        try
        {
            for (int read; (read = socket.Receive(buffer)) > 0;)
            {
                total += read;
            }
        }
        catch (SocketException)
        {
            // The other side is gone, or we are to go: what was read counts.
        }

        return total;
    }

    private Socket Ask(string path, int? receiveBufferBytes = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (receiveBufferBytes is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        socket.Connect(_server.Host, _server.Port);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {_server.Authority}\r\nConnection: close\r\n\r\n"));
        return socket;
    }
}
