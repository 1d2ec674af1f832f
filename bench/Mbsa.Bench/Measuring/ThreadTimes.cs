using System.Globalization;

namespace Mbsa.Bench.Measuring;

/// <summary>The processor time of every thread of this process at one moment, as the kernel counts it.</summary>
internal sealed class ThreadTimes
{
    /// <summary>How the threads of a run's cores are called: after their dispatcher.</summary>
    private const string CoreThread = "mbsa-cores";

    private readonly Dictionary<int, (string Name, long Ns)> _threads;

    private ThreadTimes(Dictionary<int, (string Name, long Ns)> threads) => _threads = threads;

    /// <summary>Reads them: a millisecond or so of the calling thread.</summary>
    /// <exception cref="BenchException">The kernel does not tell.</exception>
    public static ThreadTimes Read()
    {
        if (!Directory.Exists("/proc/self/task"))
        {
            throw new BenchException("what the threads of a process took is read from /proc/self/task, and there is none");
        }

        var threads = new Dictionary<int, (string Name, long Ns)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                // The first figure of schedstat: nanoseconds on a processor.
                // The ticks of `stat` are of 10 ms, which is as much as a second of watching takes.
                var time = File.ReadAllText(Path.Combine(directory, "schedstat")).Split(' ')[0];
                threads[int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture)] =
                    (File.ReadAllText(Path.Combine(directory, "comm")).TrimEnd('\n'), long.Parse(time, CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A thread that ends just now: it took nothing lately.
            }
        }

        return new ThreadTimes(threads);
    }

    /// <summary>
    /// What threads took since an earlier moment that are neither those of the cores nor clients of the bench, by name, in nanoseconds.
    /// The threads of the cores' dispatcher carry the host's supervisor too: what it does is not in here.
    /// </summary>
    /// <exception cref="BenchException">No cores run: their threads could not be told from the others.</exception>
    public Dictionary<string, long> OthersSince(ThreadTimes earlier)
    {
        if (!_threads.Values.Any(thread => IsCore(thread.Name)))
        {
            throw new BenchException($"no thread is called {CoreThread}: the time of the cores cannot be told from that of others");
        }

        return _threads
            .Where(thread => !IsCore(thread.Value.Name) && thread.Value.Name != WatchClients.ThreadName)
            .GroupBy(thread => thread.Value.Name, thread => thread.Value.Ns - earlier._threads.GetValueOrDefault(thread.Key).Ns)
            .ToDictionary(group => group.Key, group => group.Sum());
    }

    private static bool IsCore(string name) => name.StartsWith(CoreThread, StringComparison.Ordinal);
}
