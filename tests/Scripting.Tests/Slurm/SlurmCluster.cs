using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>
/// A Slurm of one machine on the loopback interface: munged, slurmctld and slurmd in a folder of their own. A shell starts them and ends them
/// when its input is closed, so that none is left when the tests are killed.
/// </summary>
sealed class SlurmCluster : IDisposable
{
    const string Daemons = """
        trap '' INT TERM HUP
        end() { kill $1 2>&-; for i in {1..50}; do kill -0 $1 2>&- || return; sleep 0.1; done; kill -KILL $1; }
        munged --foreground --force --key-file=key --socket=$PWD/munge.sock --pid-file=$PWD/munged.pid --log-file=$PWD/munged.log --seed-file=$PWD/seed &
        munged=$!
        for i in {1..50}; do [ -S munge.sock ] && break; sleep 0.05; done
        slurmctld -D -c &
        slurmctld=$!
        slurmd -D -N n0 &
        slurmd=$!
        while read -r line; do :; done
        scancel --user=root --signal=KILL --full
        scancel --user=root
        for i in {1..50}; do [ -z "$(squeue --noheader)" ] && ! sinfo --noheader --format=%t | grep -q comp && break; sleep 0.1; done
        end $slurmd; end $slurmctld; end $munged
        """;

    readonly TemporaryFolder folder = new();
    readonly Process shell;

    /// <summary>Starts it and waits until it takes jobs.</summary>
    /// <param name="cores">The cores that it gives away, whatever the machine has.</param>
    public SlurmCluster(int cores)
    {
        File.WriteAllBytes(folder.At("key"), RandomNumberGenerator.GetBytes(32));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.At("key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(
                folder.At(),
                UnixFileMode.UserRead
                    | UnixFileMode.UserWrite
                    | UnixFileMode.UserExecute
                    | UnixFileMode.OtherExecute
                    | UnixFileMode.OtherRead
            );
        }

        // What is queued again waits until its credentials have expired: cred_expire.
        Directory.CreateDirectory(folder.At("state"));
        Directory.CreateDirectory(folder.At("spool"));
        var host = Environment.MachineName.Split('.')[0];
        File.WriteAllText(folder.At("cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
        File.WriteAllText(
            folder.At("slurm.conf"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                ClusterName=tests
                SlurmctldHost={host}(127.0.0.1)
                SlurmUser=root
                SlurmctldPort={FreePort()}
                AuthType=auth/munge
                AuthInfo=socket={folder.At("munge.sock")},cred_expire=5
                CredType=cred/munge
                StateSaveLocation={folder.At("state")}
                SlurmdSpoolDir={folder.At("spool")}
                SlurmctldPidFile={folder.At("slurmctld.pid")}
                SlurmdPidFile={folder.At("slurmd.pid")}
                SlurmctldLogFile={folder.At("slurmctld.log")}
                SlurmdLogFile={folder.At("slurmd.log")}
                SlurmdParameters=config_overrides
                ProctrackType=proctrack/linuxproc
                TaskPlugin=task/none
                JobAcctGatherType=jobacct_gather/none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_CPU
                SchedulerParameters=bf_interval=1,sched_interval=1
                ReturnToService=2
                KillWait=20
                MpiDefault=none
                NodeName=n0 NodeHostname={host} NodeAddr=127.0.0.1 Port={FreePort()} CPUs={cores} RealMemory=100000 State=UNKNOWN
                PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP

                """
            )
        );
        shell = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"exec > daemons.log 2>&1\n{Daemons}"])
            {
                WorkingDirectory = folder.At(),
                RedirectStandardInput = true,
                Environment = { ["SLURM_CONF"] = Configuration, ["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin" },
            }
        )!;
        try
        {
            Eventually("the machine is idle", () => Run("sinfo", "--noheader", "--format=%t").Trim() == "idle");
        }
        catch (Exception error)
        {
            var logs = Directory.GetFiles(folder.At(), "*.log").Select(log => $"{log}:\n{File.ReadAllText(log)}");
            Dispose();
            throw new InvalidOperationException(string.Join('\n', logs), error);
        }
    }

    /// <summary>The file that SLURM_CONF names.</summary>
    public string Configuration => folder.At("slurm.conf");

    /// <summary>Whether no task waits or runs.</summary>
    public bool IsEmpty => Run("squeue", "--noheader").Length == 0;

    /// <summary>What one of Slurm's programs prints.</summary>
    public string Run(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["SLURM_CONF"] = Configuration },
            }
        )!;
        _ = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    /// <summary>Waits until something holds; fails when it has not for too long.</summary>
    public static void Eventually(string what, Func<bool> holds)
    {
        var since = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(since.Elapsed < TimeSpan.FromMinutes(2), $"Not in two minutes: {what}.");
            Thread.Sleep(100);
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends all tasks and the daemons.</summary>
    public void Dispose()
    {
        shell.StandardInput.Close();
        shell.WaitForExit();
        shell.Dispose();
        folder.Dispose();
    }
}
