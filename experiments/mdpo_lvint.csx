#load "../src/Scripting/svco.csx"

// mDPO on the same pairs; the pair's other image is the contrast to the chosen one.
var experiment = Experiment("mdpo_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(Mdpo(beta: 0.1))
    .Data(Mvc.Train, validation: Mvc.Validation)
    .Train(
        new()
        {
            LearningRate = 1e-6,
            WarmupRatio = 0.05,
            Epochs = 1,
            Accumulation = 32,
        }
    );

return await experiment.OrTiny().Run(Args);
