using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>fio's <c>file_service_type</c>: to which of a job's files its next I/O goes.</summary>
internal struct FileTurns
{
    private readonly FileService _service;
    private readonly int _factor;
    private readonly int _count;
    private int _file;
    private int _left;

    /// <summary>The turns of a job's files; the first one begins.</summary>
    /// <param name="job">The job.</param>
    /// <param name="count">Its files.</param>
    public FileTurns(JobSpec job, int count) =>
        (_service, _factor, _count, _file, _left) = (job.FileService, job.IosPerFile, count, -1, 0);

    /// <summary>The file of the next I/O; null when all are done with their pass.</summary>
    public FileCursor? Next(ImmutableArray<FileCursor> files, ref Xoshiro256 random)
    {
        if (_count == 1)
        {
            return files[0].IsDone ? null : files[0];
        }

        if (_file >= 0 && !files[_file].IsDone && (_service == FileService.Sequential || _left > 0))
        {
            _left--;
            return files[_file];
        }

        _left = _factor - 1;
        _file = (_service == FileService.Random ? (int)random.Below(_count) : _file + 1) % _count;
        for (var i = 0; i < _count && files[_file].IsDone; i++)
        {
            _file = (_file + 1) % _count;
        }

        if (!files[_file].IsDone)
        {
            return files[_file];
        }

        _file = -1;
        return null;
    }

    /// <summary>Writes down whose turn it is.</summary>
    public readonly void SaveTo(BinaryWriter to)
    {
        to.Write(_file);
        to.Write(_left);
    }

    /// <summary>Goes on where one like it stood.</summary>
    public void RestoreFrom(BinaryReader from) => (_file, _left) = (from.ReadInt32(), from.ReadInt32());
}

/// <summary>fio's <c>file_service_type</c>.</summary>
public enum FileService
{
    /// <summary>One after the other, over and over.</summary>
    RoundRobin,

    /// <summary>Each to its end before the next.</summary>
    Sequential,

    /// <summary>Any.</summary>
    Random,
}
