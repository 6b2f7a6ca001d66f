# SPDX-License-Identifier: GPL-2.0-only
# Faults on purpose; see plant.h. For Kbuild.
ktlat-y += tests/debug/plant.o
ccflags-y += -include $(src)/tests/debug/plant.h
CFLAGS_module/session.o += -DKTLAT_PLANT_SESSION
CFLAGS_module/waiters.o += -DKTLAT_PLANT_WAITERS
CFLAGS_module/slow.o += -DKTLAT_PLANT_SLOW
CFLAGS_module/backend/kretprobe.o += -DKTLAT_PLANT_KRETPROBE
