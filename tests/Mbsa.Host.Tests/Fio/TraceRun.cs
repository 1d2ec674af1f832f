using System.Globalization;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Fio;

/// <summary>Which I/Os drawn jobs do: under the real fio, which writes them down, and here.</summary>
internal static class TraceRun
{
    private const int AtOnce = 50;
    private const string MaxSeconds = "60";

    /// <summary>What fio does, each job for itself, many in one process.</summary>
    public static async Task<IReadOnlyList<IoTrace>> RealAsync(IReadOnlyList<DrawnJob> jobs)
    {
        ExternalProgram.Require("fio", "fio");
        var traces = new List<IoTrace>();
        foreach (var some in jobs.Chunk(AtOnce))
        {
            traces.AddRange(await RealAtOnceAsync(some));
        }

        return traces;
    }

    /// <summary>What we do: the operations that a VM's job draws, until there are no more.</summary>
    public static IoTrace Ours(DrawnJob drawn, ulong seed)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, drawn.Text("job"));
            var job = FioJobFile.Read(path, _ => { })[0];
            var files = DiskLayout.Of([job], 64 << 20)[0];
            var source = new OperationSource(job, files, seed, 0);
            var (ios, bytesLeft, one) = (new List<TracedIo>(), source.TotalBytes ?? long.MaxValue, new IoOperation[1]);
            while (bytesLeft > 0 && !source.IsOver && source.Draw(one) > 0)
            {
                var file = files.ToList().FindIndex(each =>
                    one[0].OffsetBytes >= each.StartBytes && one[0].OffsetBytes < each.StartBytes + each.LengthBytes);
                ios.Add(new TracedIo(file, one[0].IsWrite, one[0].OffsetBytes - files[file].StartBytes, one[0].LengthBytes));
                bytesLeft -= one[0].LengthBytes;
            }

            return new IoTrace(ios);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<IEnumerable<IoTrace>> RealAtOnceAsync(DrawnJob[] jobs)
    {
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(root, $"fio-{Guid.NewGuid():n}"));
        try
        {
            var file = Path.Combine(folder.FullName, "jobs.fio");
            var text = "[global]\nthread\ninvalidate=0\nfallocate=none\n" + string.Concat(jobs.Select((job, i) =>
                job.Text($"job{i}") + $"directory={folder.CreateSubdirectory($"{i}").FullName}\nwrite_iolog={Log(folder, i)}\n"));
            await File.WriteAllTextAsync(file, text);
            var (exitCode, output) = await ExternalProgram.RunAsync(
                "timeout", null, MaxSeconds, "fio", "--output-format=terse", $"--aux-path={folder.FullName}", file);
            Assert.True(exitCode == 0, output);
            return [.. jobs.Select((_, i) => Read(Log(folder, i)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Log(DirectoryInfo folder, int job) => Path.Combine(folder.FullName, $"log{job}");

    /// <summary>Reads fio's log, version 3: time, file, action, offset, length.</summary>
    private static IoTrace Read(string log)
    {
        var (files, ios) = (new List<string>(), new List<TracedIo>());
        foreach (var fields in File.ReadLines(log).Select(line => line.Split(' ')))
        {
            if (fields is [_, var added, "add"])
            {
                files.Add(added);
            }
            else if (fields is [_, var name, "read" or "write", var offset, var length])
            {
                ios.Add(new TracedIo(files.IndexOf(name), fields[2] == "write",
                    long.Parse(offset, CultureInfo.InvariantCulture), int.Parse(length, CultureInfo.InvariantCulture)));
            }
        }

        return new IoTrace(ios);
    }
}
