/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.h - what differs between kernels in the block layer.
 */
#ifndef KTLAT_COMPAT_BLOCK_H
#define KTLAT_COMPAT_BLOCK_H

#include <linux/blkdev.h>
#include <linux/types.h>

/*
 * block_rq_issue also told the queue up to 5.10, commit a54895fa057c ("block: remove the
 * request_queue to argument request based tracepoints"), which 5.10's stable kernels
 * have, too.
 */
#if KTLAT_HAS_BLOCK_RQ_QUEUE
#define KTLAT_BLOCK_RQ_ISSUE_PROTO						\
	void *data, struct request_queue *queue, struct request *rq
#else
#define KTLAT_BLOCK_RQ_ISSUE_PROTO						\
	void *data, struct request *rq
#endif

/*
 * block_rq_complete has an errno in 5.10, and in 6.1 a status of the block layer.
 */
#if KTLAT_HAS_BLOCK_RQ_ERRNO
#define KTLAT_BLOCK_RQ_COMPLETE_PROTO						\
	void *data, struct request *rq, int error, unsigned int nr_bytes
#else
#define KTLAT_BLOCK_RQ_COMPLETE_PROTO						\
	void *data, struct request *rq, blk_status_t error, unsigned int nr_bytes
#endif

#endif /* KTLAT_COMPAT_BLOCK_H */
