using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using SVco.Core;
using SVco.Evaluation.Report.Sweeps;
using SVco.Experiments;
using SVco.Scripting.Display;
using SVco.Scripting.Host;

namespace SVco.Scripting.Commands;

/// <summary><c>svco sweep FILE.yaml</c> and <c>svco sweep status FILE.yaml</c></summary>
static class SweepCommand
{
    public static Command Create()
    {
        var (file, output) = (FileArgument(), OutputOption());
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "List the runs with the memory and time that they take, and make none.",
        };
        var jobs = new Option<int?>("--jobs")
        {
            Description = "The most runs at once; by default as many as cores and memory allow.",
        }.AtLeast(1);
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away the runs that the folder holds instead of going on with them.",
        };
        var slurm = new Option<bool>("--slurm")
        {
            Description =
                "Write one array job for the missing runs and submit it with sbatch; a task that is preempted or out of time is queued again and goes on.",
        };
        var sbatch = new Option<string?>("--sbatch")
        {
            Description = "More options for sbatch, as in --sbatch=\"--partition=gpu --gres=gpu:1 --cpus-per-task=8 --time=12:00:00\".",
        };
        var command = new Command(
            "sweep",
            "Run an experiment at many points of its settings and compare them. The same command goes on with an interrupted sweep."
        )
        {
            file,
            dryRun,
            jobs,
            output,
            restart,
            slurm,
            sbatch,
            Status(),
        };
        command.SetAction(
            (parsed, _) =>
            {
                var plan = Load(parsed.GetRequiredValue(file), parsed.GetValue(output)) with { Jobs = parsed.GetValue(jobs) };
                return parsed.GetValue(dryRun) ? TellAsync(plan)
                    : parsed.GetValue(slurm) ? SubmitAsync(plan, parsed.GetValue(restart), parsed.GetValue(sbatch) ?? "")
                    : parsed.GetValue(sbatch) is { } given ? throw new UserException($"--sbatch {given} counts only with --slurm.")
                    : RunAsync(plan, parsed.GetValue(restart));
            }
        );
        return command;
    }

    static Command Status()
    {
        var (file, output) = (FileArgument(), OutputOption());
        var command = new Command("status", "Show how far a sweep is, also while it runs, and write its table and page anew.")
        {
            file,
            output,
        };
        command.SetAction(parsed =>
        {
            var plan = Load(parsed.GetRequiredValue(file), parsed.GetValue(output));
            Show(plan.Status(), plan.Folder);
            Console.WriteLine(plan.IsHeld ? "A process is working on it." : "No process is working on it.");
        });
        return command;
    }

    static Argument<string> FileArgument() => new("file") { Description = "A sweep's YAML file, e.g. configs/first_sweep.yaml." };

    static Option<string?> OutputOption() => new("--output") { Description = "The folder; runs/NAME when not given." };

    static SweepPlan Load(string file, string? output)
    {
        var plan = SweepPlan.Load(Repository.Find(file), RunProcess.ExperimentOf);
        return plan with { Sweep = plan.Sweep with { Output = output }, Command = ShellCommand.Typed ?? "" };
    }

    static async Task<int> TellAsync(SweepPlan plan)
    {
        await plan.TellAsync(new RunDisplay(Interrupt.Token), Interrupt.Token);
        return 0;
    }

    static async Task<int> RunAsync(SweepPlan plan, bool restart)
    {
        var results = await plan.RunAsync(
            RunProcess.Run,
            restart,
            new RunDisplay(Interrupt.Token),
            new JobsDisplay(Console.Error, Interrupt.Token, "whole sweep", "runs").Show,
            Interrupt.Token
        );
        Show(results, plan.Folder);
        Interrupt.Token.ThrowIfCancellationRequested();
        return results.Points.Any(point => point.Runs.Any(run => run.Failure.Length > 0)) ? 1 : 0;
    }

    static async Task<int> SubmitAsync(SweepPlan plan, bool restart, string options)
    {
        if (await plan.WriteSlurmAsync(RunProcess.Program, restart, new RunDisplay(Interrupt.Token), Interrupt.Token) is not { } script)
        {
            Console.WriteLine("All runs are finished; there is nothing to submit.");
            return 0;
        }

        string[] words = ["sbatch", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), script];
        Console.WriteLine(script);
        try
        {
            using var submitted = Process.Start(words[0], words[1..]);
            await submitted.WaitForExitAsync(Interrupt.Token);
            return submitted.ExitCode;
        }
        catch (Win32Exception)
        {
            throw new UserException(
                $"There is no sbatch on the PATH, so nothing was submitted. On a machine of the cluster that sees the same files: {ShellCommand.Of(words)}"
            );
        }
    }

    static void Show(SweepResults results, string folder)
    {
        Console.Write(SweepReport.Text(results));
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in SweepReport.Write(results, folder, DateTimeOffset.Now))
        {
            Console.WriteLine(path);
        }
    }
}
